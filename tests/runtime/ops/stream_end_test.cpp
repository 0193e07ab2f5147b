// The end of a stream, and errors, that come together with bytes while the request is being begun (R30,
// docs/decisions/0030): the kernel may forget them, the stream must not.
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

constexpr int rounds = 3000;

/// A peer on a thread of its own, which sends eight bytes and is gone at once, about when the stream begins.
class hasty_peer {
public:
    hasty_peer() : thread_([this] { serve(); }) {}
    hasty_peer(const hasty_peer&) = delete;
    hasty_peer& operator=(const hasty_peer&) = delete;
    ~hasty_peer() {
        next_.store(quit);
        next_.notify_one();
        thread_.join();
    }
    /// Goes on while it does so. Takes the socket.
    void send_and_leave(file_descriptor socket) {
        next_.store(socket.release());
        next_.notify_one();
    }

private:
    static constexpr int nothing = -1;
    static constexpr int quit = -2;

    void serve() {
        std::mt19937 random(5);
        for (;;) {
            next_.wait(nothing);
            const int socket = next_.exchange(nothing);
            if (socket == quit) return;
            for (auto spins = random() % 2000; spins != 0; --spins)
                std::atomic_signal_fence(std::memory_order_seq_cst);
            if (::write(socket, "abcdefgh", 8) != 8) std::abort();
            ::close(socket);
        }
    }

    std::atomic<int> next_{nothing};
    std::thread thread_;
};

/// What the stream gave: bytes, and then its end or an error.
task<bool> sees_all(int socket, std::error_condition expected) {
    ops::receive_stream incoming(socket);
    std::size_t bytes = 0;
    for (;;) {
        const auto piece = co_await incoming.next();
        if (!piece) co_return piece.error() == expected&& bytes == 8;
        if (piece->empty()) co_return !expected && bytes == 8;
        bytes += piece->size();
    }
}

task<int> ends_seen(hasty_peer& peer) {
    int seen = 0;
    for (int i = 0; i < rounds; ++i) {
        connected_sockets pair;
        peer.send_and_leave(std::move(pair.theirs));
        if (co_await sees_all(pair.ours.get(), {})) ++seen;
    }
    co_return seen;
}

TEST(R30, the_end_is_seen_though_it_comes_with_bytes_while_the_stream_begins) {
    hasty_peer peer;
    EXPECT_EQ(run({.shards = 1}, [&] { return ends_seen(peer); }), rounds);
}

/// TCP connections that their client resets when it closes them.
class reset_connections {
public:
    reset_connections() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        where_.sin_family = AF_INET;
        where_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t bytes = sizeof where_;
        if (::bind(listener_.get(), address(), bytes) != 0 ||
            ::getsockname(listener_.get(), address(), &bytes) != 0 || ::listen(listener_.get(), 8) != 0)
            throw std::runtime_error("no listener");
    }
    [[nodiscard]] connected_sockets next() {
        connected_sockets pair;
        pair.theirs = file_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const linger at_once{1, 0};
        if (::connect(pair.theirs.get(), address(), sizeof where_) != 0 ||
            ::setsockopt(pair.theirs.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0)
            throw std::runtime_error("no connection");
        pair.ours = file_descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        return pair;
    }

private:
    [[nodiscard]] sockaddr* address() noexcept { return reinterpret_cast<sockaddr*>(&where_); }

    file_descriptor listener_;
    sockaddr_in where_{};
};

task<int> resets_seen(hasty_peer& peer) {
    reset_connections connections;
    int seen = 0;
    for (int i = 0; i < rounds; ++i) {
        auto pair = connections.next();
        peer.send_and_leave(std::move(pair.theirs));
        if (co_await sees_all(pair.ours.get(), std::errc::connection_reset)) ++seen;
    }
    co_return seen;
}

TEST(R30, a_reset_is_seen_though_it_comes_with_bytes_while_the_stream_begins) {
    hasty_peer peer;
    EXPECT_EQ(run({.shards = 1}, [&] { return resets_seen(peer); }), rounds);
}

} // namespace
} // namespace spargio
