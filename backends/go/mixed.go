package main

// W40: goroutines of connections, of reads and of branches beside one another.
type mixed struct {
	frames, branches      uint64
	leastSteps, mostSteps uint64
	shape                 streamShape
	files                 filesShape
	streams               []*stream
	blocks                [][]byte
	file                  *dataFile
}

func openMixed(values parameters, port uint16) (session, error) {
	open := &mixed{frames: values["frames"], branches: values["branches"], leastSteps: values["least_steps"],
		mostSteps: values["most_steps"], shape: readStreamShape(values), files: readFilesShape(values)}
	if open.mostSteps < open.leastSteps {
		open.mostSteps = open.leastSteps
	}
	var err error
	if open.file, err = open.files.openFile(); err != nil {
		return nil, err
	}
	open.blocks = open.files.makeBlocks()
	for index := uint64(0); index < open.shape.streams; index++ {
		one, err := connectStream(port, &open.shape, index)
		if err != nil {
			open.close()
			return nil, err
		}
		open.streams = append(open.streams, one)
	}
	return open, nil
}

func (open *mixed) stepsOf(number uint64) uint64 {
	return open.leastSteps + mix(number^0x9e3779b9)%(open.mostSteps-open.leastSteps+1)
}

// Goroutines in this order: streams, reads, branches. All are waited for: when one fails, the others still end.
func (open *mixed) runIteration(asked *order, iteration uint64, times [][]int64) (uint64, error) {
	readSeed := asked.seed + iteration*open.files.count
	firstBranch := asked.seed + iteration*open.branches
	moving, reading := open.shape.streams, open.files.depth
	return forEachSlot(moving+reading+open.branches, func(k uint64) (uint64, error) {
		if k < moving {
			var err error
			times[k], err = open.streams[k].echo(open.frames, asked.timed(), times[k])
			return 0, err
		}
		if k -= moving; k < reading {
			return open.files.readBlocks(open.file, open.blocks[k], readSeed, k, open.files.count, nil)
		}
		number := firstBranch + k - reading
		return work(number, open.stepsOf(number)), nil
	})
}

func (open *mixed) run(asked *order) (outcome, error) {
	for _, one := range open.streams {
		one.reset(asked.seed)
	}
	times := make([][]int64, len(open.streams))
	done := outcome{bytes: asked.iterations * open.files.count * uint64(open.files.bytes)}
	var err error
	done.checksum = onWorker(func() (sum uint64) {
		for iteration := uint64(0); iteration < asked.iterations && err == nil; iteration++ {
			var part uint64
			part, err = open.runIteration(asked, iteration, times)
			sum += part
		}
		return sum
	})
	for index, one := range open.streams {
		done.operations += one.done
		done.checksum += one.checksum
		done.bytes += one.bytes
		for _, ns := range times[index] {
			asked.latencies.record(ns)
		}
	}
	return done, err
}

func (open *mixed) close() {
	for _, one := range open.streams {
		one.socket.Close()
	}
	open.file.close()
}
