// Straight-line programs in Go, without anything of the harness: `straight_go ITERATIONS PROGRAM` prints wall ns and CPU ns an
// operation, and the checksum, as the C++ ones do.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// What a run of a program comes to.
type figures struct{ operations, checksum uint64 }

// bench::mix of workloads/contract/work.hpp.
func mix(value uint64) uint64 {
	value ^= value >> 30
	value *= 0xbf58476d1ce4e5b9
	value ^= value >> 27
	value *= 0x94d049bb133111eb
	return value ^ (value >> 31)
}

// bench::work.
func work(seed, steps uint64) uint64 {
	for ; steps > 0; steps-- {
		seed = seed*6364136223846793005 + 1442695040888963407
	}
	return mix(seed)
}

func cpuNs() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

// Runs program to warm up, then for the record.
func measure(iterations uint64, program func(iterations, seed uint64) figures) {
	warmUp := iterations / 4
	if warmUp == 0 {
		warmUp = 1
	}
	program(warmUp, 7)
	cpuFrom, from := cpuNs(), time.Now()
	done := program(iterations, 1)
	wall, cpu := time.Since(from), cpuNs()-cpuFrom
	operations := float64(done.operations)
	fmt.Printf("%.2f %.2f %d\n", float64(wall.Nanoseconds())/operations, float64(cpu)/operations, done.checksum)
}

func main() {
	runtime.GOMAXPROCS(2)
	programs := map[string]func(iterations, seed uint64) figures{
		"steady": steady, "tasks": tasks, "drain_1": drainSingly, "drain_64": drainInBatches(64),
		"drain_all": drainInBatches(drainMessages), "balanced": fanout(balancedSteps), "skewed": fanout(skewedSteps),
		"skynet": skynets, "fib": fibs, "read_rtt": reads(256, 1), "read_depth": reads(4096, 32),
	}
	if len(os.Args) != 3 || programs[os.Args[2]] == nil {
		fmt.Fprintln(os.Stderr, "straight_go: use straight_go ITERATIONS PROGRAM")
		os.Exit(2)
	}
	iterations, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "straight_go:", err)
		os.Exit(2)
	}
	measure(iterations, programs[os.Args[2]])
}
