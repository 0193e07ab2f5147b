package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// The way to the client of net/churn, by the words of workloads/cases/churn.hpp: workloads/ground/churn_service.cpp in Go.

const churnListeners = 4

type churnClient struct {
	control             *net.TCPConn
	frameBytes          int
	connections, window uint64
	ports               []uint64
	served              atomic.Uint64 // frames that have gone back
	once                sync.Once
	failure             error
}

func connectChurnClient(port uint16, values parameters) (*churnClient, error) {
	control, err := connect(port)
	if err != nil {
		return nil, err
	}
	return &churnClient{control: control, frameBytes: int(values["frame_words"]) * wordBytes,
		connections: values["connections"], window: values["window"]}, nil
}

// Ends run.
func (client *churnClient) fail(err error) {
	client.once.Do(func() {
		client.failure = err
		client.control.CloseRead()
		client.control.CloseWrite()
	})
}

// One slice: until the client has seen the last connection closed.
func (client *churnClient) run(asked *order) (outcome, error) {
	client.served.Store(0)
	answer, err := client.ask(client.connections*asked.iterations, asked.seed)
	client.once.Do(func() {})
	if client.failure != nil {
		return outcome{}, client.failure
	}
	client.once = sync.Once{}
	if err != nil {
		return outcome{}, fmt.Errorf("the churn client: %w", err)
	}
	if answer[2] != 0 {
		return outcome{}, fmt.Errorf("the churn client: %w", syscall.Errno(answer[2]))
	}
	served := client.served.Load()
	return outcome{operations: served, checksum: answer[1], bytes: served * uint64(client.frameBytes)}, nil
}

func (client *churnClient) ask(connections, seed uint64) (answer [3]uint64, err error) {
	request := append([]uint64{connections, seed, uint64(client.frameBytes), client.window}, client.ports...)
	if err := binary.Write(client.control, binary.LittleEndian, request); err != nil {
		return answer, err
	}
	var bytes [24]byte
	if _, err := io.ReadFull(client.control, bytes[:]); err != nil {
		return answer, err
	}
	for i := range answer {
		answer[i] = wordAt(bytes[:], i)
	}
	return answer, nil
}
