package main

import (
	"math/bits"
	"os"
	"runtime"
	"sync"
	"syscall"
	_ "unsafe" // for the clock
)

// The parameters of the workload, by name.
type parameters map[string]uint64

// One that not every workload has.
func (values parameters) or(name string, otherwise uint64) uint64 {
	if value, is := values[name]; is {
		return value
	}
	return otherwise
}

func (values parameters) workers() int { return int(values["workers"]) }

// One slice.
type order struct {
	iterations uint64
	seed       uint64
	latencies  *histogram // nil: they are not wanted, and the clock is not read
}

func (asked *order) timed() bool { return asked.latencies != nil }

type outcome struct {
	operations uint64
	checksum   uint64
	bytes      uint64
	threadIDs  []uint64
}

// Sockets and files open for one workload. Go's threads are the process's: they were there before and stay.
type session interface {
	// After an error it can be closed, and that is all.
	run(asked *order) (outcome, error)
	close()
}

// There is no honest way to do this here.
type unsupported string

func (reason unsupported) Error() string { return string(reason) }

// There is, on another machine.
type unavailable string

func (reason unavailable) Error() string { return string(reason) }

// The clock of all latencies, CLOCK_MONOTONIC: what time.Now() reads, without the date.
//
//go:linkname nowNs runtime.nanotime
func nowNs() int64

func threadID() uint64 { return uint64(syscall.Gettid()) }

// Goroutines that sit in system calls for more than 20 us have their threads replaced: some more than there are workers.
const spareThreads, mostSpareThreads = 8, 64

// Starts Go's threads, or has them already: what a session may need is there before it is measured. Go starts one for each
// goroutine that keeps its thread and waits, and ends none once they are let go.
// The same of its poller, whose descriptors open with the first that can wait.
func startThreads(values parameters) {
	if out, in, err := os.Pipe(); err == nil {
		out.Close()
		in.Close()
	}
	count := values.or("depth", 0) + values.or("streams", 0) + spareThreads
	if count > mostSpareThreads {
		count = mostSpareThreads
	}
	count += values.or("workers", 0)
	var met, left sync.WaitGroup
	met.Add(int(count))
	left.Add(int(count))
	for i := uint64(0); i < count; i++ {
		go func() {
			runtime.LockOSThread()
			met.Done()
			met.Wait()
			runtime.UnlockOSThread()
			left.Done()
		}()
	}
	left.Wait()
}

// What the answering side of a message does with it (bench_mix).
func mix(value uint64) uint64 {
	value ^= value >> 30
	value *= 0xbf58476d1ce4e5b9
	value ^= value >> 27
	value *= 0x94d049bb133111eb
	return value ^ (value >> 31)
}

// Latencies in fixed memory, to 0.1 %; handed to the harness after the slice, since a call out of Go costs 50 ns.
type histogram struct {
	counts [(octaves + 1) << octaveBits]uint64
}

const (
	octaveBits = 9
	octaves    = 36 - octaveBits // up to 2^36 ns, which is 68 s
)

func newHistogram() *histogram { return new(histogram) }

func (to *histogram) record(ns int64) { to.recordMany(ns, 1) }

func (to *histogram) recordMany(ns int64, count uint64) {
	value := uint64(ns)
	if value >= 1<<36 {
		value = 1<<36 - 1
	}
	shift := 0
	if length := bits.Len64(value); length > octaveBits {
		shift = length - octaveBits - 1
	}
	to.counts[shift<<octaveBits+int(value>>shift)] += count
}

// Latencies, and how often each; none of nil.
func (to *histogram) all() (ns, counts []uint64) {
	if to == nil {
		return nil, nil
	}
	for index, count := range to.counts {
		if count == 0 {
			continue
		}
		shift := 0
		if index >= 2<<octaveBits {
			shift = index>>octaveBits - 1
		}
		middle := uint64(index-shift<<octaveBits)<<shift + uint64(1)<<shift>>1
		if middle == 0 {
			middle = 1
		}
		ns, counts = append(ns, middle), append(counts, count)
	}
	return ns, counts
}
