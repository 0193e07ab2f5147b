package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// W20 to W23: as many goroutines as operations may be under way, each with a block of its own; an operation is one call of
// os.File, which blocks the thread that it is on.

type filesShape struct {
	count, depth, blocks uint64
	bytes                int
	writes, direct       bool
}

// Reads or writes by which of the two the workload counts.
func readFilesShape(values parameters) filesShape {
	shape := filesShape{writes: values.or("writes", 0) != 0, depth: values.or("depth", 1),
		bytes: int(values["bytes"] / 512 * 512), direct: values.or("direct", 0) != 0}
	if shape.writes {
		shape.count = values["writes"]
		shape.blocks = shape.count
	} else {
		shape.count = values["reads"]
		shape.blocks = (values["file_mib"] << 20) / values["bytes"]
	}
	return shape
}

func (shape filesShape) openFile() (*dataFile, error) {
	return makeDataFile(shape.blocks, shape.bytes, shape.writes, shape.direct)
}

// One for each operation that may be under way.
func (shape filesShape) makeBlocks() [][]byte {
	blocks := make([][]byte, shape.depth)
	for k := range blocks {
		blocks[k] = makeBlock(shape.bytes)
	}
	return blocks
}

// Operations first, first + depth, … below end. The sum of what was read.
func (shape filesShape) readBlocks(data *dataFile, block []byte, seed, first, end uint64, latencies *histogram) (uint64, error) {
	sum := uint64(0)
	for number := first; number < end; number += shape.depth {
		var from int64
		if latencies != nil {
			from = nowNs()
		}
		offset := mix(seed+number) % shape.blocks * uint64(shape.bytes)
		_, err := data.file.ReadAt(block, int64(offset))
		if latencies != nil {
			latencies.record(nowNs() - from)
		}
		if err != nil {
			return 0, failed("read", err)
		}
		sum += blockSum(block)
	}
	return sum, nil
}

func (shape filesShape) writeBlocks(data *dataFile, block []byte, seed, first uint64) error {
	for number := first; number < shape.count; number += shape.depth {
		markBlock(block, seed+number)
		if _, err := data.file.WriteAt(block, int64(number%shape.blocks)*int64(shape.bytes)); err != nil {
			return failed("write", err)
		}
	}
	return nil
}

// A goroutine for each operation that may be under way; all have ended when it returns. The sum of what they return.
func forEachSlot(depth uint64, slot func(k uint64) (uint64, error)) (sum uint64, failure error) {
	var all sync.WaitGroup
	sums, failures := make([]uint64, depth), make([]error, depth)
	all.Add(int(depth))
	for k := range sums {
		go func(k int) {
			sums[k], failures[k] = slot(uint64(k))
			all.Done()
		}(k)
	}
	all.Wait()
	for k := range sums {
		sum += sums[k]
		if failures[k] != nil {
			failure = failures[k]
		}
	}
	return sum, failure
}

type data struct {
	shape  filesShape
	file   *dataFile
	blocks [][]byte
}

func openData(values parameters) (session, error) {
	shape := readFilesShape(values)
	file, err := shape.openFile()
	if err != nil {
		return nil, err
	}
	return &data{shape, file, shape.makeBlocks()}, nil
}

func (open *data) run(asked *order) (outcome, error) {
	if open.shape.writes {
		return open.write(asked)
	}
	count := asked.iterations * open.shape.count
	done := outcome{operations: count, bytes: count * uint64(open.shape.bytes)}
	var err error
	done.checksum, err = forEachSlot(open.shape.depth, func(k uint64) (uint64, error) {
		return open.shape.readBlocks(open.file, open.blocks[k], asked.seed, k, count, asked.latencies)
	})
	return done, err
}

func (open *data) write(asked *order) (done outcome, err error) {
	for i := uint64(0); i < asked.iterations; i++ {
		seed := asked.seed + i*open.shape.count
		_, err = forEachSlot(open.shape.depth, func(k uint64) (uint64, error) {
			return 0, open.shape.writeBlocks(open.file, open.blocks[k], seed, k)
		})
		if err == nil {
			err = failed("fsync", open.file.file.Sync())
		}
		if err != nil {
			return done, err
		}
		done.operations += open.shape.count
		done.bytes += open.shape.count * uint64(open.shape.bytes)
		done.checksum += open.file.sumOfMarks()
	}
	return done, nil
}

func (open *data) close() { open.file.close() }

const mostStormBytes = 256

// How long file number of a storm is.
func stormBytes(number uint64) int { return int(64 + mix(number)%(mostStormBytes-64)) }

type storm struct {
	files, depth uint64
	folder       string
}

func openStorm(values parameters) (session, error) {
	folder, err := makeScratchFolder()
	if err != nil {
		return nil, err
	}
	return &storm{values["files"], values["depth"], folder}, nil
}

var stormContents [mostStormBytes]byte

func (open *storm) oneFile(index uint64, bytes int) (uint64, error) {
	made := filepath.Join(open.folder, strconv.FormatUint(index, 10))
	renamed := made + ".renamed"
	if err := os.WriteFile(made, stormContents[:bytes], 0o600); err != nil {
		return 0, err
	}
	if err := os.Rename(made, renamed); err != nil {
		return 0, err
	}
	status, err := os.Stat(renamed)
	if err != nil {
		return 0, err
	}
	return uint64(status.Size()), os.Remove(renamed)
}

func (open *storm) run(asked *order) (outcome, error) {
	count := asked.iterations * open.files
	bytes := make([]uint64, open.depth)
	sum, err := forEachSlot(open.depth, func(k uint64) (sum uint64, err error) {
		moved := uint64(0) // the neighbours' stand on the same cache line
		for index := k; index < count; index += open.depth {
			number := asked.seed + index
			size, err := open.oneFile(index, stormBytes(number))
			if err != nil {
				return 0, err
			}
			sum += mix(number + size)
			moved += size
		}
		bytes[k] = moved
		return sum, nil
	})
	if err != nil {
		return outcome{}, err
	}
	if left, err := os.ReadDir(open.folder); err != nil {
		return outcome{}, err
	} else if len(left) != 0 {
		return outcome{}, fmt.Errorf("the storm left %s", filepath.Join(open.folder, left[0].Name()))
	}
	done := outcome{operations: count, checksum: sum}
	for _, moved := range bytes {
		done.bytes += moved
	}
	return done, nil
}

func (open *storm) close() { os.RemoveAll(open.folder) }
