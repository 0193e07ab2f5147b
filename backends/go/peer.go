package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"syscall"
)

// What the scenarios with connections to the echo peer share: connecting, and the frames of
// workloads/traffic/frame_flow.hpp.

// SO_SNDBUF and SO_RCVBUF, as every backend has them (workloads/peer/peer_connection.hpp).
const socketBuffer = 256 * 1024

// Before the connection is made or the listener listens, so that the window is scaled for them.
func setBuffers(_, _ string, socket syscall.RawConn) error {
	var failure error
	err := socket.Control(func(descriptor uintptr) {
		for _, option := range []int{syscall.SO_SNDBUF, syscall.SO_RCVBUF} {
			if err := syscall.SetsockoptInt(int(descriptor), syscall.SOL_SOCKET, option, socketBuffer); err != nil {
				failure = err
			}
		}
	})
	if err != nil {
		return err
	}
	return failure
}

// Go sets TCP_NODELAY itself.
func connect(port uint16) (*net.TCPConn, error) {
	dialer := net.Dialer{Control: setBuffers}
	made, err := dialer.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	return made.(*net.TCPConn), nil
}

// Frame k of a connection.
func fillFrame(frame []byte, seed, connection, k uint64) {
	word := mix(seed + connection<<40 + k)
	for ; len(frame) >= wordBytes; frame = frame[wordBytes:] {
		binary.LittleEndian.PutUint64(frame, word)
		word++
	}
}

// Of the words of a frame.
func sumOfWords(frame []byte) (sum uint64) {
	for ; len(frame) >= wordBytes; frame = frame[wordBytes:] {
		sum += binary.LittleEndian.Uint64(frame)
	}
	return sum
}

func ofPeer(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("a connection to the echo peer: %w", err)
}
