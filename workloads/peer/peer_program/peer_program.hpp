// What the programs on the other side of the net workloads have in common (W6, W37).
//
// Each listens on 127.0.0.1 and a port that the kernel chooses, writes that port to its standard output as one
// line, and lives as long as its standard input is open (P23). Its one argument, which may be left out, is the
// process id with which it dies, even by SIGKILL.
#pragma once

#include <string_view>

namespace bench::peer_program {

/// Ends the program with what went wrong, and `errno`, on its standard error. Of any thread.
[[noreturn]] void fail(std::string_view problem);

/// Takes main's arguments. From here on the program dies with the process that they name.
void obey_arguments(int count, char** arguments);

/// As many files as the administrator allows: a connection is one.
void raise_file_limit();

/// A listening socket.
int listen_on_loopback();

/// Runs `what` beside the others, for as long as the program lives.
void start_thread(void* (*body)(void*), void* argument);

/// A socket as the argument of a thread, and back.
void* as_argument(int socket);
int as_socket(void* argument);

/// Accepts for as long as the program lives, and runs `body` with each connection (as_argument) in a thread of
/// its own, which closes it. Where there is no thread for it, it is closed at once.
[[noreturn]] void accept_for_ever(int listener, void* (*body)(void*));

/// Says the listener's port. The end of the standard input ends the program, whatever it is doing.
[[noreturn]] void live(int listener);

} // namespace bench::peer_program
