package main

import "sync"

func balancedSteps(_, _ uint64) uint64 { return 2000 }

func skewedSteps(request, branch uint64) uint64 {
	if request%16 == branch {
		return 20000
	}
	return 500
}

// 64 requests in turn, each forks 16 goroutines and joins them.
func fanout(steps func(request, branch uint64) uint64) func(iterations, seed uint64) figures {
	return func(iterations, seed uint64) figures {
		sum := uint64(0)
		for i := uint64(0); i < iterations; i++ {
			for request := uint64(0); request < 64; request++ {
				var all sync.WaitGroup
				var results [16]uint64
				all.Add(16)
				for branch := uint64(0); branch < 16; branch++ {
					go func(request, branch uint64) {
						results[branch] = work(seed+request*16+branch, steps(request, branch))
						all.Done()
					}(request, branch)
				}
				all.Wait()
				for _, result := range results {
					sum += result
				}
			}
		}
		return figures{iterations * 64 * 16, sum}
	}
}

// As github.com/atemerev/skynet has it in Go: a channel a node.
func skynet(results chan<- uint64, first, count uint64) {
	if count == 1 {
		results <- first
		return
	}
	parts := make(chan uint64, 10)
	for part := uint64(0); part < 10; part++ {
		go skynet(parts, first+part*(count/10), count/10)
	}
	sum := uint64(0)
	for part := 0; part < 10; part++ {
		sum += <-parts
	}
	results <- sum
}

func skynets(iterations, seed uint64) figures {
	sum := uint64(0)
	for i := uint64(0); i < iterations; i++ {
		root := make(chan uint64)
		go skynet(root, seed, 100_000)
		sum += <-root
	}
	return figures{iterations * 100_000, sum}
}

func fib(seed, n uint64) uint64 {
	if n < 2 {
		return seed + n
	}
	left := make(chan uint64, 1)
	go func() { left <- fib(seed, n-1) }()
	right := fib(seed, n-2)
	return <-left + right
}

func fibs(iterations, seed uint64) figures {
	sum := uint64(0)
	for i := uint64(0); i < iterations; i++ {
		sum += fib(seed, 24)
	}
	return figures{iterations * 150_049, sum}
}
