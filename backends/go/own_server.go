package main

import (
	"context"
	"net"
	"sync"
)

// peer=self (W6): the other ends of a session's connections, echoed by a goroutine each.
type ownServer struct {
	listener net.Listener
	serving  sync.WaitGroup
}

// What is read at once (workloads/peer/own_listener.hpp).
const echoChunk = 64 * 1024

func startOwnServer() (*ownServer, error) {
	settings := net.ListenConfig{Control: setBuffers} // what it accepts has them too (tcp(7))
	listener, err := settings.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &ownServer{listener: listener}, nil
}

func (server *ownServer) port() uint16 { return uint16(server.listener.Addr().(*net.TCPAddr).Port) }

// Accepts the next connection and serves it until it ends.
func (server *ownServer) serveNext() error {
	socket, err := server.listener.Accept()
	if err != nil {
		return err
	}
	server.serving.Add(1)
	go func() {
		defer server.serving.Done()
		defer socket.Close()
		// Not io.Copy, which goes through a pipe of its own here (splice(2)), two calls more a frame.
		chunk := make([]byte, echoChunk)
		for {
			count, err := socket.Read(chunk)
			if err != nil {
				return // an error is an end as well: the other side sees it
			}
			if _, err := socket.Write(chunk[:count]); err != nil {
				return
			}
		}
	}()
	return nil
}
