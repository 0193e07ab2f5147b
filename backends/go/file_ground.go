package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// The files that an fs session works on: workloads/ground/fs_ground.hpp in Go, with the same names and contents.

const (
	scratchPrefix   = "spargio-bench-"
	directAlignment = 4096
	wordBytes       = 8
)

func temporaryPlace() string {
	if named := environment("TMPDIR"); named != "" {
		return named
	}
	return "/tmp"
}

// Folders whose process is gone: it was killed.
func removeLeftovers(place string) {
	entries, _ := os.ReadDir(place)
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), scratchPrefix) {
			continue
		}
		digits, _, _ := strings.Cut(entry.Name()[len(scratchPrefix):], "-")
		owner, err := strconv.Atoi(digits)
		if err == nil && owner > 0 && errors.Is(syscall.Kill(owner, 0), syscall.ESRCH) {
			os.RemoveAll(filepath.Join(place, entry.Name()))
		}
	}
}

// A directory, named after this process, and removed at the session's end.
func makeScratchFolder() (string, error) {
	place := temporaryPlace()
	removeLeftovers(place)
	made, err := os.MkdirTemp(place, fmt.Sprintf("%s%d-*", scratchPrefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("could not make a directory in %s for the files of the workload (TMPDIR names another place): %w",
			place, err)
	}
	return made, nil
}

// Memory for one block, aligned for O_DIRECT. Go's collector moves nothing.
func makeBlock(bytes int) []byte {
	room := make([]byte, bytes+directAlignment)
	begin := -int(uintptr(unsafe.Pointer(&room[0]))) & (directAlignment - 1)
	return room[begin : begin+bytes : begin+bytes]
}

func wordAt(block []byte, index int) uint64 {
	return binary.LittleEndian.Uint64(block[index*wordBytes:])
}

// What a block that was read contributes to the checksum (bench::block_sum).
func blockSum(block []byte) uint64 {
	words := len(block) / wordBytes
	return wordAt(block, 0) + bits.RotateLeft64(wordAt(block, words/2), 7) +
		bits.RotateLeft64(wordAt(block, words-1), 13)
}

// The mark of a write, at both ends of its block.
func markBlock(block []byte, number uint64) {
	mark := mix(number)
	binary.LittleEndian.PutUint64(block, mark)
	binary.LittleEndian.PutUint64(block[len(block)-wordBytes:], ^mark)
}

// The file of a slice of reads or writes, filled and in the page cache.
type dataFile struct {
	file       *os.File
	mapped     []byte // of a file that is written: it itself, to look at the marks without a system call
	blockBytes int
	folder     string
}

func makeDataFile(blocks uint64, blockBytes int, writes, direct bool) (*dataFile, error) {
	folder, err := makeScratchFolder()
	if err != nil {
		return nil, err
	}
	made := &dataFile{blockBytes: blockBytes, folder: folder}
	if err := made.open(blocks, writes, direct); err != nil {
		made.close()
		return nil, err
	}
	return made, nil
}

func (made *dataFile) open(blocks uint64, writes, direct bool) error {
	path := filepath.Join(made.folder, "data")
	bytes := int(blocks) * made.blockBytes
	if err := fillFile(path, bytes); err != nil {
		return fmt.Errorf("fill the file of the workload: %w", err)
	}
	flags := os.O_RDONLY
	if writes {
		flags = os.O_RDWR
	}
	if direct {
		flags |= syscall.O_DIRECT
	}
	var err error
	made.file, err = os.OpenFile(path, flags, 0)
	if direct && errors.Is(err, syscall.EINVAL) {
		return unavailable("direct=on needs O_DIRECT, which the file system of " + temporaryPlace() +
			" does not have (a tmpfs?); let TMPDIR name a directory on a disk")
	}
	if err != nil {
		return fmt.Errorf("open the file of the workload: %w", err)
	}
	if writes {
		made.mapped, err = syscall.Mmap(int(made.file.Fd()), 0, bytes, syscall.PROT_READ,
			syscall.MAP_SHARED|syscall.MAP_POPULATE)
	}
	return err
}

// The sum of the marks that stand in the file now; one whose halves don't belong together counts for nothing.
func (made *dataFile) sumOfMarks() (sum uint64) {
	for at := 0; at < len(made.mapped); at += made.blockBytes {
		block := made.mapped[at : at+made.blockBytes]
		if first := wordAt(block, 0); wordAt(block, made.blockBytes/wordBytes-1) == ^first {
			sum += first
		}
	}
	return sum
}

func (made *dataFile) close() {
	if made.mapped != nil {
		syscall.Munmap(made.mapped)
	}
	if made.file != nil {
		made.file.Close()
	}
	os.RemoveAll(made.folder)
}

// By write(2), and so into the page cache; and to the disk, so that no slice pays for it.
func fillFile(path string, bytes int) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	piece := make([]byte, 0, 1<<20)
	for index := 0; index < bytes/wordBytes; index++ {
		piece = binary.LittleEndian.AppendUint64(piece, mix(uint64(index)^0x5bd1e995))
		if len(piece) == cap(piece) || index+1 == bytes/wordBytes {
			if _, err := file.Write(piece); err != nil {
				return err
			}
			piece = piece[:0]
		}
	}
	return file.Sync()
}

// What was moved must be all of it: ReadAt and WriteAt go on until it is, or fail.
func failed(call string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%s: %w", call, err)
}
