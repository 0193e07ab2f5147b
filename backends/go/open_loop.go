package main

import (
	"net"
	"time"
)

// W38: for each connection a goroutine that sleeps until a request is due and writes it, and one that reads the answers.
// An idle thread of Go waits in epoll, which counts milliseconds, so a request goes out up to one late, with all that have
// become due meanwhile.

// From the begin of a slice to its first request (workloads/cases/open_loop.cpp).
const leadNs = 1_000_000

type openLoop struct {
	connections, requests, rate uint64
	frameBytes                  int
	lines                       []*loopLine
}

type loopLine struct {
	of          *openLoop
	socket      *net.TCPConn
	index       uint64
	frame, room []byte
	bytes       uint64
	checksum    uint64
	latencies   []int64
}

func openOpenLoop(values parameters, port uint16) (session, error) {
	open := &openLoop{connections: values["connections"], requests: values["requests"], rate: values["rate"],
		frameBytes: int(values["frame_words"]) * wordBytes}
	for index := uint64(0); index < open.connections; index++ {
		socket, err := connect(port)
		if err != nil {
			open.close()
			return nil, err
		}
		open.lines = append(open.lines, &loopLine{of: open, socket: socket, index: index,
			frame: make([]byte, open.frameBytes), room: make([]byte, 16*1024)})
	}
	return open, nil
}

// One connection's part of a slice.
type loopTask struct {
	requests, seed uint64
	startNs        int64
	timed          bool
}

func (one *loopLine) dueNs(task *loopTask, request uint64) int64 {
	return task.startNs + int64((request*one.of.connections+one.index)*1_000_000_000/one.of.rate)
}

func (one *loopLine) writeWhenDue(task *loopTask) error {
	for request := uint64(0); request < task.requests; request++ {
		due := one.dueNs(task, request)
		for now := nowNs(); now < due; now = nowNs() {
			time.Sleep(time.Duration(due - now))
		}
		fillFrame(one.frame, task.seed, one.index, request)
		if _, err := one.socket.Write(one.frame); err != nil {
			return ofPeer(err)
		}
	}
	return nil
}

func (one *loopLine) readAll(task *loopTask) error {
	one.bytes, one.checksum, one.latencies = 0, 0, one.latencies[:0]
	for request, cut := uint64(0), 0; request < task.requests; {
		count, err := one.socket.Read(one.room[cut:])
		if err != nil {
			return ofPeer(err)
		}
		one.bytes += uint64(count)
		there := one.room[:cut+count]
		now := int64(0)
		if task.timed {
			now = nowNs()
		}
		for len(there) >= one.of.frameBytes {
			one.checksum += mix(sumOfWords(there[:one.of.frameBytes]) + request)
			if task.timed {
				one.latencies = append(one.latencies, now-one.dueNs(task, request))
			}
			there = there[one.of.frameBytes:]
			request++
		}
		cut = copy(one.room, there)
	}
	return nil
}

func (open *openLoop) run(asked *order) (outcome, error) {
	all := asked.iterations * open.requests
	start := nowNs() + leadNs
	// Twice as many as connections: of two that are neighbours one reads and one writes.
	_, err := forEachSlot(2*open.connections, func(k uint64) (uint64, error) {
		one := open.lines[k/2]
		task := loopTask{requests: all / open.connections, seed: asked.seed, startNs: start, timed: asked.timed()}
		if one.index < all%open.connections {
			task.requests++
		}
		if k%2 == 0 {
			return 0, one.readAll(&task)
		}
		return 0, one.writeWhenDue(&task)
	})
	done := outcome{}
	for _, one := range open.lines {
		done.bytes += one.bytes
		done.checksum += one.checksum
		if asked.timed() {
			for _, ns := range one.latencies {
				asked.latencies.record(ns)
			}
		}
	}
	done.operations = done.bytes / uint64(open.frameBytes)
	return done, err
}

func (open *openLoop) close() {
	for _, one := range open.lines {
		one.socket.Close()
	}
}
