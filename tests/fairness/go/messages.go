package main

import "runtime"

const (
	rounds        = 256
	drainMessages = 2048
)

func echo(requests, replies chan uint64) {
	for message := range requests {
		replies <- mix(message)
	}
	close(replies)
}

// 256 round trips an iteration between two goroutines, wherever they run.
func tasks(iterations, seed uint64) figures {
	requests, replies := make(chan uint64), make(chan uint64)
	go echo(requests, replies)
	sum := uint64(0)
	for k := uint64(0); k < iterations*rounds; k++ {
		requests <- seed + k
		sum += <-replies
	}
	close(requests)
	return figures{iterations * rounds, sum}
}

// The same where one of them has a thread for itself.
func steady(iterations, seed uint64) figures {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return tasks(iterations, seed)
}

func drainSingly(iterations, seed uint64) figures {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	messages, passed, sum := make(chan uint64, drainMessages), make(chan bool), make(chan uint64)
	go func() {
		total, taken := uint64(0), 0
		for message := range messages {
			total += mix(message)
			if taken++; taken%drainMessages == 0 {
				passed <- true
			}
		}
		sum <- total
	}()
	for i := uint64(0); i < iterations; i++ {
		for k := uint64(0); k < drainMessages; k++ {
			messages <- seed + i*drainMessages + k
		}
		<-passed
	}
	close(messages)
	return figures{iterations * drainMessages, <-sum}
}

func drainInBatches(size uint64) func(iterations, seed uint64) figures {
	return func(iterations, seed uint64) figures {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		batches, passed, sum := make(chan []uint64, drainMessages/size), make(chan bool), make(chan uint64)
		go func() {
			total, taken := uint64(0), 0
			for batch := range batches {
				for _, message := range batch {
					total += mix(message)
				}
				if taken += len(batch); taken%drainMessages == 0 {
					passed <- true
				}
			}
			sum <- total
		}()
		next := seed
		for i := uint64(0); i < iterations; i++ {
			for sent := uint64(0); sent < drainMessages; sent += size {
				batch := make([]uint64, size)
				for k := range batch {
					batch[k] = next
					next++
				}
				batches <- batch
			}
			<-passed
		}
		close(batches)
		return figures{iterations * drainMessages, <-sum}
	}
}
