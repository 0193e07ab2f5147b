package main

import "sync"

// W13, W14: a goroutine a branch, joined by a WaitGroup.
type fanout struct {
	requests, branches, steps, hotSteps uint64
	results                             []uint64
}

func openFanout(values parameters) *fanout {
	return &fanout{requests: values["requests"], branches: values["branches"], steps: values["steps"],
		hotSteps: values["hot_steps"], results: make([]uint64, values["branches"])}
}

func (open *fanout) runBranch(seed, request, branch uint64) uint64 {
	steps := open.steps
	if request%open.branches == branch {
		steps = open.hotSteps
	}
	return work(seed+request*open.branches+branch, steps)
}

func (open *fanout) forkAndJoin(seed, request uint64) (sum uint64) {
	var all sync.WaitGroup
	all.Add(int(open.branches))
	for branch := range open.results {
		go func(branch int) {
			open.results[branch] = open.runBranch(seed, request, uint64(branch))
			all.Done()
		}(branch)
	}
	all.Wait()
	for _, result := range open.results {
		sum += result
	}
	return sum
}

func (open *fanout) run(asked *order) (outcome, error) {
	done := outcome{operations: asked.iterations * open.requests * open.branches}
	done.checksum = onWorker(func() (sum uint64) {
		for i := uint64(0); i < asked.iterations; i++ {
			for request := uint64(0); request < open.requests; request++ {
				sum += open.forkAndJoin(asked.seed, request)
			}
		}
		return sum
	})
	return done, nil
}

func (*fanout) close() {}

// Runs root in a goroutine of its own, which any thread may run; the caller's keeps the harness's thread, and each of its
// waits would change threads.
func onWorker[Result any](root func() Result) Result {
	ended := make(chan Result)
	go func() { ended <- root() }()
	return <-ended
}
