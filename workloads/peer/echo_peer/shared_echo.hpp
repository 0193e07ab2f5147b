// The echo peer's connections that have no thread of their own: one thread waits for all of them with epoll(7).
#pragma once

namespace bench::echo_peer {

/// Once, before the first connection comes.
void start_shared_echo();

/// Serves a connection until its end, and closes it. Of any thread.
void echo_beside_others(int socket);

} // namespace bench::echo_peer
