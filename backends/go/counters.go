package main

// W35: the owner of a table of counters, a goroutine that takes messages from a channel, as
// workloads/traffic/keyed_messages.hpp has them.

// Messages that are handed over at once, at most.
const mostMessages = 16

// By value: no allocation for a batch.
type toOwner struct {
	count     int
	items     [mostMessages]uint64
	endOfStep bool // answered when all that was sent before is applied
}

type owner struct {
	incoming chan toOwner
	applied  chan struct{}
	sum      chan uint64
}

func startOwner(index, keys uint64) *owner {
	made := &owner{make(chan toOwner, 256), make(chan struct{}, 1), make(chan uint64, 1)}
	go made.ownTable(index, keys)
	return made
}

// Until the channel is closed; then the checksum of the table.
func (one *owner) ownTable(index, keys uint64) {
	counters := make([]uint64, keys)
	for next := range one.incoming {
		for _, message := range next.items[:next.count] {
			counters[(message>>32)*keys>>32] += message
		}
		if next.endOfStep {
			one.applied <- struct{}{}
		}
	}
	sum := uint64(0)
	for key, counter := range counters {
		sum += mix(counter + index*keys + uint64(key))
	}
	one.sum <- sum
}

func (one *owner) send(messages []uint64) {
	next := toOwner{count: len(messages)}
	copy(next.items[:], messages)
	one.incoming <- next
}

func (one *owner) endStep() {
	one.incoming <- toOwner{endOfStep: true}
	<-one.applied
}
