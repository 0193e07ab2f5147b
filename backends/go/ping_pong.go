package main

// W10 to W12: messages over channels. The caller of a slice is a goroutine that keeps the harness's thread, and no other
// goroutine runs there: where two threads are asked for it is one side, and a goroutine the other.

// The asking side. Its sum.
func ask(requests chan<- uint64, replies <-chan uint64, first, count uint64, latencies *histogram) uint64 {
	sum := uint64(0)
	for k := uint64(0); k < count; k++ {
		var from int64
		if latencies != nil {
			from = nowNs()
		}
		requests <- first + k
		sum += <-replies
		if latencies != nil {
			latencies.record(nowNs() - from)
		}
	}
	return sum
}

// The answering side, until the asking side is gone.
func answer(requests <-chan uint64, replies chan<- uint64) {
	for message := range requests {
		replies <- mix(message)
	}
}

// W10.
type steadyRtt struct{ rounds uint64 }

func (open *steadyRtt) run(asked *order) (outcome, error) {
	count := asked.iterations * open.rounds
	requests, replies := make(chan uint64, 1), make(chan uint64, 1)
	ended := make(chan uint64)
	go func() {
		answer(requests, replies)
		ended <- threadID()
	}()
	sum := ask(requests, replies, asked.seed, count, asked.latencies)
	close(requests)
	return outcome{operations: count, checksum: sum, threadIDs: []uint64{threadID(), <-ended}}, nil
}

func (*steadyRtt) close() {}

// W10a: two goroutines, wherever the runtime puts them.
type tasksRtt struct{ rounds uint64 }

func (open *tasksRtt) run(asked *order) (outcome, error) {
	count := asked.iterations * open.rounds
	requests, replies := make(chan uint64, 1), make(chan uint64, 1)
	sum := make(chan uint64)
	go answer(requests, replies)
	go func() {
		sum <- ask(requests, replies, asked.seed, count, asked.latencies)
		close(requests)
	}()
	return outcome{operations: count, checksum: <-sum}, nil
}

func (*tasksRtt) close() {}

// W11. A batch is one message that carries it.
type oneWayDrain struct{ messages, batch uint64 }

func openOneWayDrain(values parameters) *oneWayDrain {
	open := &oneWayDrain{messages: values["messages"], batch: values["batch"]}
	if open.batch == 0 {
		open.batch = open.messages
	}
	return open
}

func (open *oneWayDrain) run(asked *order) (outcome, error) {
	if open.batch == 1 {
		return drain(open, asked, func(first, _ uint64) uint64 { return first },
			func(message, sum uint64) (uint64, uint64) { return 1, sum + mix(message) }), nil
	}
	fill := func(first, count uint64) []uint64 {
		batch := make([]uint64, count)
		for k := range batch {
			batch[k] = first + uint64(k)
		}
		return batch
	}
	take := func(batch []uint64, sum uint64) (uint64, uint64) {
		for _, message := range batch {
			sum += mix(message)
		}
		return uint64(len(batch)), sum
	}
	return drain(open, asked, fill, take), nil
}

// The channel has room for all of an iteration, so that the sender never waits, as with the unbounded queues of others.
func drain[Load any](open *oneWayDrain, asked *order, fill func(first, count uint64) Load,
	take func(load Load, sum uint64) (uint64, uint64)) outcome {
	outgoing := make(chan Load, (open.messages+open.batch-1)/open.batch)
	barrier := make(chan struct{}, 1)
	received := make(chan outcome)
	go func() {
		sum, taken := uint64(0), uint64(0)
		for load := range outgoing {
			var count uint64
			count, sum = take(load, sum)
			if taken += count; taken == open.messages {
				taken = 0
				barrier <- struct{}{}
			}
		}
		received <- outcome{checksum: sum, threadIDs: []uint64{threadID()}}
	}()
	next := asked.seed
	for i := uint64(0); i < asked.iterations; i++ {
		for sent := uint64(0); sent < open.messages; {
			now := open.messages - sent
			if now > open.batch {
				now = open.batch
			}
			outgoing <- fill(next, now)
			next, sent = next+now, sent+now
		}
		<-barrier
	}
	close(outgoing)
	done := <-received
	done.operations = asked.iterations * open.messages
	done.threadIDs = append(done.threadIDs, threadID())
	return done
}

func (*oneWayDrain) close() {}
