package main

import "time"

// W41: a runtime that has nothing to do.
type idle struct{}

func (idle) run(asked *order) (outcome, error) {
	time.Sleep(time.Duration(asked.iterations) * time.Millisecond)
	return outcome{operations: asked.iterations}, nil
}

func (idle) close() {}
