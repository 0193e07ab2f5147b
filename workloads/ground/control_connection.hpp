// The way of a session to the client that connects to it (W37, W60): what the session asks and what it is told,
// and the failure of the session's own that ends the waiting for it.
#pragma once

#include <cstddef>
#include <exception>
#include <mutex>

namespace bench {

class control_connection {
public:
    /// Connects to the peer of this process (peer_address.hpp). Throws std::runtime_error where there is none,
    /// std::system_error for what the system says.
    control_connection();
    control_connection(const control_connection&) = delete;
    control_connection& operator=(const control_connection&) = delete;
    ~control_connection();

    /// Whether all of it went out: less than a socket takes at once.
    [[nodiscard]] bool send(const void* bytes, std::size_t count) const;
    /// Whether all of it came.
    [[nodiscard]] bool receive(void* bytes, std::size_t count) const;

    /// The session cannot go on: send() and receive() fail from here on. Any thread.
    void fail(std::exception_ptr reason) noexcept;
    /// Throws the first reason that fail() was told, if any.
    void throw_failure();

private:
    int socket_;
    std::mutex mutex_;
    std::exception_ptr failure_;
};

} // namespace bench
