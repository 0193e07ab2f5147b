// Two connected sockets.
#pragma once

#include <spargio/spargio.hpp>

#include <array>
#include <cerrno>
#include <system_error>

#include <sys/socket.h>

namespace soak {

/// Throws std::system_error.
struct socket_pair {
    socket_pair() {
        std::array<int, 2> numbers{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0)
            throw std::system_error(errno, std::system_category(), "socketpair");
        near = spargio::file_descriptor(numbers[0]);
        far = spargio::file_descriptor(numbers[1]);
    }

    spargio::file_descriptor near, far;
};

} // namespace soak
