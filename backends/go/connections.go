package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// W39: a goroutine for each connection reads for ever and sends what came to the goroutine of its share, which writes to the
// active ones and waits there for the answers of an iteration. There are as many shares as workers.
type connections struct {
	connections, active uint64
	frameBytes          int
	shares              []*share
	timed               atomic.Bool
	reading             sync.WaitGroup
	bytesPerConnection  uint64
}

type answered struct {
	place   int
	sum     uint64
	takenNs int64 // 0 where nothing is measured
	err     error
}

type line struct {
	socket    *net.TCPConn
	sent      uint64
	writtenNs int64
}

// One worker's connections.
type share struct {
	of         *connections
	worker     uint64
	lines      []line // connection i at place i / workers
	answers    chan answered
	frame      []byte
	operations uint64
	checksum   uint64
	latencies  []int64
}

func openConnections(values parameters, port uint16) (session, error) {
	workers := uint64(values.workers())
	open := &connections{connections: values["connections"], frameBytes: int(values["frame_words"]) * wordBytes}
	if open.active = open.connections * values["active_percent"] / 100; open.active == 0 {
		open.active = 1
	}
	before := anonymousBytes()
	for worker := uint64(0); worker < workers; worker++ {
		one := &share{of: open, worker: worker, answers: make(chan answered, open.active),
			frame: make([]byte, open.frameBytes)}
		open.shares = append(open.shares, one)
		for index := worker; index < open.connections; index += workers {
			if err := one.addLine(port); err != nil {
				open.close()
				return nil, err
			}
		}
	}
	wholeTurn := (open.connections + open.active - 1) / open.active
	if _, err := open.run(&order{iterations: wholeTurn}); err != nil {
		open.close()
		return nil, err
	}
	if after := anonymousBytes(); after > before {
		open.bytesPerConnection = (after - before) / open.connections
	}
	return open, nil
}

func (one *share) addLine(port uint16) error {
	socket, err := connect(port)
	if err != nil {
		return err
	}
	place := len(one.lines)
	one.lines = append(one.lines, line{socket: socket})
	one.of.reading.Add(1)
	go one.readForEver(socket, place)
	return nil
}

func (one *share) readForEver(socket *net.TCPConn, place int) {
	defer one.of.reading.Done()
	room := make([]byte, one.of.frameBytes)
	for {
		_, err := io.ReadFull(socket, room)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			one.answers <- answered{err: ofPeer(err)} // whoever waits next, or close, takes it
			return
		}
		answer := answered{place: place, sum: sumOfWords(room)}
		if one.of.timed.Load() {
			answer.takenNs = nowNs()
		}
		one.answers <- answer
	}
}

func (one *share) drive(iterations, seed uint64, timed bool) error {
	one.operations, one.checksum, one.latencies = 0, 0, one.latencies[:0]
	for place := range one.lines {
		one.lines[place].sent = 0
	}
	for iteration := uint64(0); iteration < iterations; iteration++ {
		waiting, err := one.writeActive(iteration, seed, timed)
		if err != nil {
			return ofPeer(err)
		}
		for i := uint64(0); i < waiting; i++ {
			answer := <-one.answers
			if answer.err != nil {
				return answer.err
			}
			to := &one.lines[answer.place]
			one.checksum += mix(answer.sum + to.sent - 1)
			if timed {
				one.latencies = append(one.latencies, answer.takenNs-to.writtenNs)
			}
		}
		one.operations += waiting
	}
	return nil
}

// Says how many there were.
func (one *share) writeActive(iteration, seed uint64, timed bool) (waiting uint64, err error) {
	workers := uint64(len(one.of.shares))
	for place := uint64(0); place < one.of.active; place++ {
		index := (iteration*one.of.active + place) % one.of.connections
		if index%workers != one.worker {
			continue
		}
		to := &one.lines[index/workers]
		fillFrame(one.frame, seed, index, to.sent)
		to.sent++
		if timed {
			to.writtenNs = nowNs()
		}
		if _, err := to.socket.Write(one.frame); err != nil {
			return 0, err
		}
		waiting++
	}
	return waiting, nil
}

func (open *connections) run(asked *order) (outcome, error) {
	open.timed.Store(asked.timed())
	_, err := forEachSlot(uint64(len(open.shares)), func(k uint64) (uint64, error) {
		return 0, open.shares[k].drive(asked.iterations, asked.seed, asked.timed())
	})
	done := outcome{}
	for _, one := range open.shares {
		done.operations += one.operations
		done.checksum += one.checksum
		for _, ns := range one.latencies {
			asked.latencies.record(ns)
		}
	}
	done.bytes = done.operations * uint64(open.frameBytes)
	return done, err
}

func (open *connections) close() {
	for _, one := range open.shares {
		for _, each := range one.lines {
			each.socket.Close()
		}
	}
	// Readers that still have an answer to send are let go.
	ended := make(chan struct{})
	go func() {
		open.reading.Wait()
		close(ended)
	}()
	for _, one := range open.shares {
		go func(answers chan answered) {
			for {
				select {
				case <-answers:
				case <-ended:
					return
				}
			}
		}(one.answers)
	}
	<-ended
}

// Bytes of anonymous memory of this process: workloads/measure/memory_growth.cpp in Go.
func anonymousBytes() uint64 {
	file, err := os.Open("/proc/self/smaps_rollup")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest := strings.TrimPrefix(lines.Text(), "Anonymous:"); rest != lines.Text() {
			kilobytes, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes * 1024
		}
	}
	return 0
}
