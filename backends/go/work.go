package main

// The work steps of a branch (workloads/contract/work.hpp): the same chain of multiplications and additions, compiled by Go.
// A call out to the harness's would cost 50 ns and take the goroutine from the scheduler's sight, which no user of Go would
// do for this.
func work(seed, steps uint64) uint64 {
	state := seed
	for ; steps > 0; steps-- {
		state = state*6364136223846793005 + 1442695040888963407
	}
	return mix(state)
}
