// The Go backend (W58): Go behind workloads/backend_c.h. plugin.c, which has the table, loads this library when a session is
// first opened, and hands its calls on to the functions here. README.md says which guide it follows.
package main

/*
#cgo CFLAGS: -I${SRCDIR}/../..
#include <stdlib.h>

#include "workloads/backend_c.h"

static inline void record_all(const bench_host* host, bench_recorder* into, const uint64_t* ns, const uint64_t* counts,
                              size_t number) {
    for (size_t i = 0; i < number; ++i) host->record(into, 0, ns[i], counts[i]);
}
*/
import "C"

import (
	"fmt"
	"runtime"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"
)

func main() {}

// Text of the caller's, at most as long as there is room for, and a zero byte.
func say(why C.bench_text, sentence string) {
	if why.capacity == 0 {
		return
	}
	room := unsafe.Slice((*byte)(unsafe.Pointer(why.data)), int(why.capacity))
	room[copy(room[:len(room)-1], sentence)] = 0
}

// What work says becomes a status, and a panic in it too. One in another goroutine ends the process, which is the case's.
func guarded(why C.bench_text, work func() error) (status C.bench_status) {
	defer func() {
		if said := recover(); said != nil {
			say(why, fmt.Sprint("panicked: ", said))
			status = C.BENCH_FAILED
		}
	}()
	err := work()
	if err == nil {
		return C.BENCH_OK
	}
	say(why, err.Error())
	switch err.(type) {
	case unsupported:
		return C.BENCH_UNSUPPORTED
	case unavailable:
		return C.BENCH_UNAVAILABLE
	}
	return C.BENCH_FAILED
}

//export spargio_go_open
func spargio_go_open(asked *C.bench_case, gcPercent C.int, made *C.uintptr_t, why C.bench_text) C.bench_status {
	return guarded(why, func() error {
		values := parameters{}
		for _, number := range unsafe.Slice(asked.parameters, int(asked.parameter_count)) {
			values[C.GoString(number.name)] = uint64(number.value)
		}
		runtime.GOMAXPROCS(int(values["workers"]))
		startThreads(values)
		debug.SetGCPercent(int(gcPercent))
		opened, err := open(C.GoString(asked.workload), values, uint16(asked.peer_port))
		// The garbage of opening is gone now, and not collected and given back in the silence before the first slice.
		debug.FreeOSMemory()
		if err == nil {
			*made = C.uintptr_t(cgo.NewHandle(opened))
		}
		return err
	})
}

//export spargio_go_run
func spargio_go_run(open C.uintptr_t, host *C.bench_host, asked *C.bench_order, into *C.bench_recorder,
	done *C.bench_outcome, why C.bench_text) C.bench_status {
	return guarded(why, func() error {
		slice := order{iterations: uint64(asked.iterations), seed: uint64(asked.seed)}
		if asked.record_latency != 0 {
			slice.latencies = newHistogram()
		}
		got, err := cgo.Handle(open).Value().(session).run(&slice)
		if err != nil {
			return err
		}
		done.operations, done.checksum = C.uint64_t(got.operations), C.uint64_t(got.checksum)
		done.bytes = C.uint64_t(got.bytes)
		for i, id := range got.threadIDs {
			done.thread_ids[i] = C.uint64_t(id)
		}
		done.thread_count = C.size_t(len(got.threadIDs))
		if ns, counts := slice.latencies.all(); len(ns) != 0 {
			C.record_all(host, into, (*C.uint64_t)(&ns[0]), (*C.uint64_t)(&counts[0]), C.size_t(len(ns)))
		}
		return nil
	})
}

//export spargio_go_close
func spargio_go_close(open C.uintptr_t) {
	cgo.Handle(open).Value().(session).close()
	cgo.Handle(open).Delete()
}

// Bytes of memory that a connection without traffic takes; 0 where that was not measured.
//
//export spargio_go_bytes_per_connection
func spargio_go_bytes_per_connection(open C.uintptr_t) C.uint64_t {
	if measured, is := cgo.Handle(open).Value().(*connections); is {
		return C.uint64_t(measured.bytesPerConnection)
	}
	return 0
}

// The process's environment as it is now: Go's own copy is from when the library was loaded.
func environment(name string) string {
	key := C.CString(name)
	defer C.free(unsafe.Pointer(key))
	return C.GoString(C.getenv(key))
}
