package main

import "sync"

// W30 to W36: a goroutine moves the frames of its stream in a step, and a WaitGroup joins them. Messages to an owner (W35) go
// to the channel of a goroutine that has the table.
type streams struct {
	shape  streamShape
	all    []*stream
	server *ownServer
}

func openStreams(kind traffic, values parameters, port uint16) (session, error) {
	open := &streams{shape: shapeOf(kind, values)}
	if values.or("peer", 0) != 0 {
		server, err := startOwnServer()
		if err != nil {
			return nil, err
		}
		open.server, port = server, server.port()
	}
	err := open.connectAll(port)
	if open.server != nil {
		open.server.listener.Close() // no other process gets in
	}
	if err != nil {
		open.close()
		return nil, err
	}
	return open, nil
}

func (open *streams) connectAll(port uint16) error {
	for index := uint64(0); index < open.shape.streams; index++ {
		one, err := connectStream(port, &open.shape, index)
		if err != nil {
			return err
		}
		open.all = append(open.all, one)
		if open.server != nil {
			if err := open.server.serveNext(); err != nil {
				return err
			}
		}
	}
	return nil
}

// One step of all streams. All are waited for: when one fails, the others still end.
func (open *streams) moveStep(step uint64, latencies *histogram, to *owner) error {
	var moving sync.WaitGroup
	failures := make(chan error, len(open.all))
	for index, one := range open.all {
		frames := open.shape.framesOf(uint64(index), step)
		if frames == 0 {
			continue // those that have nothing to move are left in peace
		}
		moving.Add(1)
		go func(one *stream) {
			if err := one.moveFrames(frames, latencies, to); err != nil {
				failures <- err
			}
			moving.Done()
		}(one)
	}
	moving.Wait()
	select {
	case err := <-failures:
		return err
	default:
	}
	if to != nil {
		to.endStep()
	}
	return nil
}

func (open *streams) moveAll(asked *order, owners []*owner) error {
	for i := uint64(0); i < asked.iterations; i++ {
		for step := uint64(0); step < open.shape.steps; step++ {
			var to *owner
			if len(owners) != 0 {
				to = owners[step%uint64(len(owners))]
			}
			if err := open.moveStep(step, asked.latencies, to); err != nil {
				return err
			}
		}
	}
	return nil
}

func (open *streams) run(asked *order) (outcome, error) {
	for _, one := range open.all {
		one.reset(asked.seed)
	}
	owners := make([]*owner, open.shape.owners)
	for index := range owners {
		owners[index] = startOwner(uint64(index), open.shape.keys)
	}
	err := onWorker(func() error { return open.moveAll(asked, owners) })
	done := outcome{}
	for _, one := range owners {
		close(one.incoming)
		done.checksum += <-one.sum
	}
	for _, one := range open.all {
		done.operations += one.done
		done.checksum += one.checksum
		done.bytes += one.bytes
	}
	return done, err
}

func (open *streams) close() {
	for _, one := range open.all {
		one.socket.Close()
	}
	if open.server != nil {
		open.server.serving.Wait()
	}
}
