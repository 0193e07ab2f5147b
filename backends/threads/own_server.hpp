// peer=self (W6): a thread for each connection that echoes what comes, with calls that block.
#pragma once

#include "workloads/peer/own_listener.hpp"

#include <deque>
#include <thread>

namespace bench::plain_threads {

/// Echoes on a connection, which it owns, until the other side ends it. An error is an end as well: the other
/// side sees it.
class echo_thread {
public:
    /// Throws std::system_error where there is no thread; the connection is closed then.
    explicit echo_thread(int socket);
    echo_thread(const echo_thread&) = delete;
    echo_thread& operator=(const echo_thread&) = delete;
    /// Ends it.
    ~echo_thread();

private:
    void serve() const;

    int socket_;
    std::thread thread_;
};

class own_server {
public:
    [[nodiscard]] unsigned short port() const noexcept { return listener_.port(); }
    /// Accepts the next connection.
    void serve_next() { threads_.emplace_back(listener_.accept()); }

private:
    own_listener listener_;
    std::deque<echo_thread> threads_;
};

} // namespace bench::plain_threads
