package main

/*
#include "workloads/http/conversation.h"
*/
import "C"

import (
	"net"
	"unsafe"
)

// W62: the parser and the answers that all backends have, through cgo; a call into C for each read. The answers go out from
// C's memory.
func talk(socket net.Conn) {
	conversation := C.bench_http_begin()
	if conversation == nil {
		return
	}
	defer C.bench_http_end(conversation)
	room := make([]byte, serveRoom)
	for {
		count, err := socket.Read(room)
		if err != nil {
			return
		}
		answers := C.bench_http_take(conversation, (*C.char)(unsafe.Pointer(&room[0])), C.size_t(count))
		if answers.count != 0 {
			if _, err := socket.Write(unsafe.Slice((*byte)(unsafe.Pointer(answers.bytes)), int(answers.count))); err != nil {
				return
			}
		}
		if answers.goes_on == 0 {
			return
		}
	}
}
