package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"sync"
)

const (
	blockBytes = 4096
	blocks     = 4096
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func filled() *os.File {
	path := filepath.Join(os.TempDir(), fmt.Sprint("straight-go-", os.Getpid()))
	contents := make([]byte, blocks*blockBytes)
	for index := uint64(0); index < blocks*blockBytes/8; index++ {
		binary.LittleEndian.PutUint64(contents[index*8:], mix(index^0x5bd1e995))
	}
	must(os.WriteFile(path, contents, 0o600))
	file, err := os.Open(path)
	must(err)
	must(os.Remove(path))
	return file
}

func sumOf(block []byte) uint64 {
	word := func(at int) uint64 { return binary.LittleEndian.Uint64(block[at*8:]) }
	return word(0) + bits.RotateLeft64(word(256), 7) + bits.RotateLeft64(word(511), 13)
}

// Reads of 4 KiB from a file of 16 MiB in the page cache; depth goroutines at a time.
func reads(count, depth uint64) func(iterations, seed uint64) figures {
	var file *os.File
	return func(iterations, seed uint64) figures {
		if file == nil {
			file = filled()
		}
		var all sync.WaitGroup
		sums := make([]uint64, depth)
		all.Add(int(depth))
		for first := uint64(0); first < depth; first++ {
			go func(first uint64) {
				block, sum := make([]byte, blockBytes), uint64(0)
				for k := first; k < iterations*count; k += depth {
					_, err := file.ReadAt(block, int64(mix(seed+k)%blocks*blockBytes))
					must(err)
					sum += sumOf(block)
				}
				sums[first] = sum
				all.Done()
			}(first)
		}
		all.Wait()
		checksum := uint64(0)
		for _, sum := range sums {
			checksum += sum
		}
		return figures{iterations * count, checksum}
	}
}
