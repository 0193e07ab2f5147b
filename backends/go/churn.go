package main

import (
	"errors"
	"io"
	"net"
	"sync"
)

// W37: a goroutine a listener accepts, a goroutine a connection serves it, as the documentation of package net has it.
type churn struct {
	client    *churnClient
	listeners []net.Listener
	running   sync.WaitGroup
	rooms     sync.Pool // of frames, as net/http keeps its buffers
}

func openChurn(values parameters, port uint16) (session, error) {
	client, err := connectChurnClient(port, values)
	if err != nil {
		return nil, err
	}
	open := &churn{client: client}
	open.rooms.New = func() any {
		room := make([]byte, client.frameBytes)
		return &room
	}
	for i := 0; i < churnListeners; i++ {
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			open.close()
			return nil, err
		}
		open.listeners = append(open.listeners, listener)
		client.ports = append(client.ports, uint64(listener.Addr().(*net.TCPAddr).Port))
	}
	open.running.Add(churnListeners)
	for _, listener := range open.listeners {
		go open.acceptAll(listener)
	}
	return open, nil
}

func (open *churn) acceptAll(listener net.Listener) {
	defer open.running.Done()
	for {
		socket, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			open.client.fail(err)
			return
		}
		open.running.Add(1)
		go open.serve(socket)
	}
}

func (open *churn) serve(socket net.Conn) {
	defer open.running.Done()
	defer socket.Close()
	room := open.rooms.Get().(*[]byte)
	defer open.rooms.Put(room)
	_, err := io.ReadFull(socket, *room)
	if err == nil {
		_, err = socket.Write(*room)
	}
	if err != nil {
		open.client.fail(err)
		return
	}
	open.client.served.Add(1)
}

func (open *churn) run(asked *order) (outcome, error) { return open.client.run(asked) }

func (open *churn) close() {
	open.client.control.Close()
	for _, listener := range open.listeners {
		listener.Close()
	}
	open.running.Wait()
}
