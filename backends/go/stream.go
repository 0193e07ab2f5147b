package main

import (
	"net"
)

// A connection to the echo peer and the frames on it (W30 to W36), as workloads/traffic/frame_flow.hpp has them: word w of
// frame k of stream i is mix(seed + (i << 40) + k) + w, and the checksum adds up mix(sum of a frame's words + k). Where frames
// are computed on (W34) that is work() in its place, in the goroutine that moves them.
type stream struct {
	socket               *net.TCPConn
	shape                *streamShape
	index, seed          uint64
	sent, received, done uint64 // done: of those received, what nothing is left to do on
	end                  uint64
	sum                  uint64
	words, cut           int // cut: bytes of a word that is not whole, at the front of input
	checksum, bytes      uint64
	sums                 []uint64 // of the words of each frame of the window that is to be computed on
	outbox               []uint64 // messages of frames that are back
	output, input        []byte
	parts                net.Buffers
}

func connectStream(port uint16, shape *streamShape, index uint64) (*stream, error) {
	socket, err := connect(port)
	if err != nil {
		return nil, err
	}
	windowBytes := int(shape.window) * shape.frameBytes
	room := windowBytes
	if room < 64*1024 {
		room = 64 * 1024
	}
	return &stream{socket: socket, shape: shape, index: index, sums: make([]uint64, shape.window),
		outbox: make([]uint64, 0, shape.window*shape.messages), output: make([]byte, windowBytes),
		input: make([]byte, room+wordBytes)}, nil
}

func (one *stream) reset(seed uint64) {
	*one = stream{socket: one.socket, shape: one.shape, index: one.index, seed: seed, sums: one.sums,
		outbox: one.outbox[:0], output: one.output, input: one.input, parts: one.parts}
}

func (one *stream) mayWrite() uint64 {
	left, room := one.end-one.sent, one.shape.window-(one.sent-one.done)
	if left < room {
		return left
	}
	return room
}

func (one *stream) fillNext() []byte {
	at := int(one.sent%one.shape.window) * one.shape.frameBytes
	frame := one.output[at : at+one.shape.frameBytes]
	fillFrame(frame, one.seed, one.index, one.sent)
	one.sent++
	return frame
}

func (one *stream) writeWindow() error {
	if !one.shape.vectored {
		for one.mayWrite() != 0 {
			if _, err := one.socket.Write(one.fillNext()); err != nil {
				return err
			}
		}
		return nil
	}
	count := one.mayWrite()
	if count == 0 {
		return nil
	}
	one.parts = one.parts[:0]
	for ; count > 0; count-- {
		one.parts = append(one.parts, one.fillNext())
	}
	parts := one.parts // WriteTo takes away what was written
	_, err := parts.WriteTo(one.socket)
	return err
}

func (one *stream) takeFrame() {
	if one.shape.rotation == 0 {
		one.checksum += mix(one.sum + one.received)
		one.done++
	} else {
		one.sums[one.received%one.shape.window] = one.sum
	}
	for j := uint64(0); j < one.shape.messages; j++ {
		one.outbox = append(one.outbox, mix(one.sum+j))
	}
	one.sum, one.words = 0, 0
	one.received++
}

func (one *stream) readSome() error {
	count, err := one.socket.Read(one.input[one.cut:])
	if err != nil {
		return err
	}
	one.bytes += uint64(count)
	there := one.input[:one.cut+count]
	wordsOfFrame := one.shape.frameBytes / wordBytes
	for len(there) >= wordBytes {
		now := len(there) / wordBytes
		if left := wordsOfFrame - one.words; now > left {
			now = left
		}
		one.sum += sumOfWords(there[:now*wordBytes])
		one.words += now
		there = there[now*wordBytes:]
		if one.words == wordsOfFrame {
			one.takeFrame()
		}
	}
	one.cut = copy(one.input, there)
	return nil
}

// Does the work on one frame that is back, after which the next may go out. False where none waits for it.
func (one *stream) computeNext() bool {
	if one.done == one.received {
		return false
	}
	sum := one.sums[one.done%one.shape.window]
	one.checksum += work(sum+one.done, one.shape.workStepsOf(one.index, one.done))
	one.done++
	return true
}

func (one *stream) dispatch(to *owner) {
	for from := 0; from < len(one.outbox); from += one.shape.batch {
		end := from + one.shape.batch
		if end > len(one.outbox) {
			end = len(one.outbox)
		}
		to.send(one.outbox[from:end])
	}
	one.outbox = one.outbox[:0]
}

// A step.
func (one *stream) moveFrames(frames uint64, latencies *histogram, to *owner) error {
	one.end = one.sent + frames
	var sentNs int64
	for one.done != one.end {
		if latencies != nil && one.mayWrite() != 0 {
			sentNs = nowNs()
		}
		if err := one.writeWindow(); err != nil {
			return ofPeer(err)
		}
		if one.computeNext() {
			continue
		}
		before := one.done
		if err := one.readSome(); err != nil {
			return ofPeer(err)
		}
		if to != nil {
			one.dispatch(to)
		}
		if latencies != nil && one.done != before {
			latencies.record(nowNs() - sentNs)
		}
	}
	return nil
}

// Frames one by one, with their latencies, for streams that move beside others.
func (one *stream) echo(frames uint64, timed bool, times []int64) ([]int64, error) {
	one.end = one.sent + frames
	for one.done != one.end {
		var sentNs int64
		if timed {
			sentNs = nowNs()
		}
		if err := one.writeWindow(); err != nil {
			return times, ofPeer(err)
		}
		for before := one.done; one.done == before; {
			if err := one.readSome(); err != nil {
				return times, ofPeer(err)
			}
		}
		if timed {
			times = append(times, nowNs()-sentNs)
		}
	}
	return times, nil
}
