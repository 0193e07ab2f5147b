package main

import "sync"

// W16: a goroutine for each forked call, joined by a WaitGroup a node; the last call of a node runs in place.
type forkJoin struct {
	root       func(seed uint64) func() uint64
	operations uint64
}

const skynetWays = 10

func skynet(first, count uint64) uint64 {
	if count == 1 {
		return first
	}
	var node struct {
		all     sync.WaitGroup
		results [skynetWays - 1]uint64
	}
	parts := count
	if parts > skynetWays {
		parts = skynetWays
	}
	node.all.Add(int(parts - 1))
	for index := uint64(0); index+1 < parts; index++ {
		from := count * index / parts
		go func(result *uint64, first, count uint64) {
			*result = skynet(first, count)
			node.all.Done()
		}(&node.results[index], first+from, count*(index+1)/parts-from)
	}
	from := count * (parts - 1) / parts
	sum := skynet(first+from, count-from)
	node.all.Wait()
	for _, result := range node.results {
		sum += result
	}
	return sum
}

func skynetCall(leaves uint64) func(seed uint64) func() uint64 {
	return func(seed uint64) func() uint64 { return func() uint64 { return skynet(seed, leaves) } }
}

func fib(seed, n uint64) uint64 {
	if n < 2 {
		return seed + n
	}
	var node struct {
		all    sync.WaitGroup
		result uint64
	}
	node.all.Add(1)
	go func() {
		node.result = fib(seed, n-1)
		node.all.Done()
	}()
	sum := fib(seed, n-2)
	node.all.Wait()
	return sum + node.result
}

func fibCall(n uint64) func(seed uint64) func() uint64 {
	return func(seed uint64) func() uint64 { return func() uint64 { return fib(seed, n) } }
}

// Calls of the tree of fib(n), the root included.
func callsOfFib(n uint64) uint64 {
	now, next := uint64(1), uint64(1)
	for ; n > 0; n-- {
		now, next = next, now+next+1
	}
	return now
}

func (open *forkJoin) run(asked *order) (outcome, error) {
	root := open.root(asked.seed)
	checksum := onWorker(func() (sum uint64) {
		for i := uint64(0); i < asked.iterations; i++ {
			sum += root()
		}
		return sum
	})
	return outcome{operations: asked.iterations * open.operations, checksum: checksum}, nil
}

func (*forkJoin) close() {}
