package main

// W15: a goroutine a key, which has its state and takes its branches from a channel in their order.
type keyedFanout struct{ requests, branches, keys, rotation, steps uint64 }

func openKeyedFanout(values parameters) *keyedFanout {
	return &keyedFanout{requests: values["requests"], branches: values["branches"], keys: values["keys"],
		rotation: values["rotation"], steps: values["steps"]}
}

func (open *keyedFanout) keyOf(request, branch uint64) uint64 {
	hot := request / open.rotation % open.keys
	if branch%4 != 3 || open.keys == 1 {
		return hot
	}
	return (hot + 1 + (request+branch/4)%(open.keys-1)) % open.keys
}

type keyedBranch struct{ iteration, number uint64 }

// Serves one key. Its state begins anew with each iteration.
func (open *keyedFanout) serve(start uint64, branches <-chan keyedBranch, results chan<- uint64) {
	iteration, state := uint64(0), start
	for next := range branches {
		if next.iteration != iteration {
			iteration, state = next.iteration, start
		}
		state = work(state+next.number, open.steps)
		results <- state
	}
}

func (open *keyedFanout) run(asked *order) (outcome, error) {
	// Room for a whole request, so that nobody who dispatches or answers waits for who takes.
	results := make(chan uint64, open.branches)
	keys := make([]chan keyedBranch, open.keys)
	for key := range keys {
		keys[key] = make(chan keyedBranch, open.branches)
		go open.serve(asked.seed+uint64(key), keys[key], results)
	}
	checksum := onWorker(func() (sum uint64) {
		for iteration := uint64(0); iteration < asked.iterations; iteration++ {
			for request := uint64(0); request < open.requests; request++ {
				for branch := uint64(0); branch < open.branches; branch++ {
					keys[open.keyOf(request, branch)] <- keyedBranch{iteration, request*open.branches + branch}
				}
				for branch := uint64(0); branch < open.branches; branch++ {
					sum += <-results
				}
			}
		}
		return sum
	})
	for _, key := range keys {
		close(key)
	}
	return outcome{operations: asked.iterations * open.requests * open.branches, checksum: checksum}, nil
}

func (*keyedFanout) close() {}
