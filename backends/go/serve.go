package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
)

// W60 to W64: a goroutine accepts, a goroutine a connection serves it, as the documentation of package net has it;
// the branches of a request are goroutines and a WaitGroup.
type serve struct {
	client    *serveClient
	listener  net.Listener
	answering answering
	running   sync.WaitGroup
	lock      sync.Mutex
	sockets   map[net.Conn]struct{} // those that are open
	closed    bool
}

type answering int

const (
	echoes answering = iota // the frame goes back as it came
	works                   // what the request asks for, in one piece
	forks                   // the request's branches, a goroutine each
	talks                   // HTTP
)

// What is read at once (workloads/cases/serve.hpp).
const serveRoom = 4096

func openServe(how answering, values parameters, port uint16) (session, error) {
	settings := net.ListenConfig{Control: setBuffers} // what it accepts has them too (tcp(7))
	listener, err := settings.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	client, err := connectServeClient(port, values, uint16(listener.Addr().(*net.TCPAddr).Port))
	if err != nil {
		listener.Close()
		return nil, err
	}
	open := &serve{client: client, listener: listener, answering: how, sockets: map[net.Conn]struct{}{}}
	open.running.Add(1)
	go open.acceptAll()
	return open, nil
}

func (open *serve) acceptAll() {
	defer open.running.Done()
	for {
		socket, err := open.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			open.client.fail(err)
			return
		}
		if !open.note(socket) {
			socket.Close()
			return
		}
		open.running.Add(1)
		go open.serve(socket)
	}
}

// Whether the session is open.
func (open *serve) note(socket net.Conn) bool {
	open.lock.Lock()
	defer open.lock.Unlock()
	if !open.closed {
		open.sockets[socket] = struct{}{}
	}
	return !open.closed
}

// An error is an end: it was the client's.
func (open *serve) serve(socket net.Conn) {
	defer open.running.Done()
	defer socket.Close()
	defer func() {
		open.lock.Lock()
		delete(open.sockets, socket)
		open.lock.Unlock()
	}()
	if open.answering == talks {
		talk(socket)
		return
	}
	room := make([]byte, serveRoom)
	got := 0
	for {
		count, err := socket.Read(room[got:])
		if err != nil {
			return
		}
		got += count
		whole := got
		if open.answering != echoes {
			whole = open.answer(room[:got])
		}
		if whole == 0 {
			continue
		}
		if _, err := socket.Write(room[:whole]); err != nil {
			return
		}
		got = copy(room, room[whole:got])
	}
}

// Answers every whole frame that came, in place; gives how many bytes these are.
func (open *serve) answer(came []byte) int {
	frameBytes := open.client.frameBytes
	whole := len(came) / frameBytes * frameBytes
	for at := 0; at < whole; at += frameBytes {
		frame := came[at : at+frameBytes]
		value, steps, branches := wordAt(frame, 0), wordAt(frame, 1), wordAt(frame, 2)
		binary.LittleEndian.PutUint64(frame, open.valueOf(value, steps, branches))
	}
	return whole
}

func (open *serve) valueOf(value, steps, branches uint64) uint64 {
	switch {
	case !isComputed(steps, branches):
		return value
	case branches == 0:
		return work(value, steps)
	case open.answering == forks:
		return forkedSum(value, steps, branches)
	}
	sum := uint64(0)
	for branch := uint64(0); branch < branches; branch++ {
		sum += work(value+branch, steps)
	}
	return sum
}

// Whether a request asks for work, and for no more than it may (workloads/cases/serve.hpp).
func isComputed(steps, branches uint64) bool {
	const mostBranches, mostSteps = 1024, 2_000_000_000
	pieces := branches
	if pieces == 0 {
		pieces = 1
	}
	return steps != 0 && branches <= mostBranches && steps <= mostSteps/pieces
}

func forkedSum(value, steps, branches uint64) uint64 {
	results := make([]uint64, branches)
	var running sync.WaitGroup
	running.Add(int(branches))
	for branch := range results {
		go func(branch int) {
			defer running.Done()
			results[branch] = work(value+uint64(branch), steps)
		}(branch)
	}
	running.Wait()
	sum := uint64(0)
	for _, result := range results {
		sum += result
	}
	return sum
}

func (open *serve) run(asked *order) (outcome, error) { return open.client.run(asked) }

func (open *serve) close() {
	open.client.control.Close()
	open.listener.Close()
	open.lock.Lock()
	open.closed = true
	for socket := range open.sockets {
		socket.Close()
	}
	open.lock.Unlock()
	open.running.Wait()
}
