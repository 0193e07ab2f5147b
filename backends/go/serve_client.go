package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
)

// The way to the load generator, by the words of workloads/cases/serve.hpp: workloads/ground/serve_service.cpp in Go.
type serveClient struct {
	control    *net.TCPConn
	frameBytes int // 0: HTTP
	protocol   uint64
	requests   uint64
	shape      []uint64 // frame bytes and all that follows it in the question
	port       uint64
	lock       sync.Mutex
	failure    error
}

// The session serves at ownPort.
func connectServeClient(port uint16, values parameters, ownPort uint16) (*serveClient, error) {
	control, err := connect(port)
	if err != nil {
		return nil, err
	}
	frameBytes := values.or("frame_words", 0) * wordBytes
	protocol := uint64(0)
	if frameBytes == 0 {
		protocol = 1 // HTTP
	}
	return &serveClient{control: control, frameBytes: int(frameBytes), protocol: protocol, requests: values["requests"], port: uint64(ownPort),
		shape: []uint64{frameBytes, values["connections"], values["depth"], values["rate"], values.or("steps", 0),
			values.or("heavy_every", 0), values.or("heavy_times", 0), values.or("branches", 0)}}, nil
}

// The server cannot go on: ends run. Not for what one client did.
func (client *serveClient) fail(err error) {
	client.lock.Lock()
	defer client.lock.Unlock()
	if client.failure == nil {
		client.failure = err
	}
	client.control.CloseRead()
	client.control.CloseWrite()
}

// One slice: until the load generator has had the last answer.
func (client *serveClient) run(asked *order) (outcome, error) {
	answer, err := client.ask(asked)
	client.lock.Lock()
	failure := client.failure
	client.lock.Unlock()
	if failure != nil {
		return outcome{}, failure
	}
	if err != nil {
		return outcome{}, fmt.Errorf("the load generator: %w", err)
	}
	if answer[3] != 0 {
		return outcome{}, fmt.Errorf("the load generator: %w", syscall.Errno(answer[3]))
	}
	return outcome{operations: answer[0], checksum: answer[1], bytes: answer[2]}, nil
}

func (client *serveClient) ask(asked *order) (answer [5]uint64, err error) {
	timed := uint64(0)
	if asked.timed() {
		timed = 1
	}
	request := append([]uint64{client.port, client.protocol, asked.seed, client.requests * asked.iterations}, client.shape...)
	request = append(request, timed)
	if err := binary.Write(client.control, binary.LittleEndian, request); err != nil {
		return answer, err
	}
	if err := binary.Read(client.control, binary.LittleEndian, &answer); err != nil {
		return answer, err
	}
	pairs := make([]byte, answer[4]*2*wordBytes)
	if _, err := io.ReadFull(client.control, pairs); err != nil {
		return answer, err
	}
	for at := 0; at < len(pairs); at += 2 * wordBytes {
		asked.latencies.recordMany(int64(wordAt(pairs[at:], 0)), wordAt(pairs[at:], 1))
	}
	return answer, nil
}
