#include "backends/threads/own_server.hpp"
#include "backends/threads/send_all.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <vector>

namespace bench::plain_threads {
echo_thread::echo_thread(int socket) try : socket_(socket), thread_([this] { serve(); }) {
} catch (...) {
    ::close(socket);
}

echo_thread::~echo_thread() {
    ::shutdown(socket_, SHUT_RDWR); // it may be asleep in recv(2)
    thread_.join();
    ::close(socket_);
}

void echo_thread::serve() const {
    std::vector<std::byte> chunk(echo_chunk_bytes);
    for (;;) {
        const ssize_t got = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || !send_all(socket_, std::span(chunk).first(static_cast<std::size_t>(got)))) break;
    }
    ::shutdown(socket_, SHUT_RDWR);
}

} // namespace bench::plain_threads
