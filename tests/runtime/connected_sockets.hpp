// Two sockets that are connected with each other.
#pragma once

#include <spargio/spargio.hpp>

#include <array>
#include <stdexcept>

#include <sys/socket.h>

namespace spargio {

struct connected_sockets {
    connected_sockets() {
        std::array<int, 2> numbers{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0)
            throw std::runtime_error("socketpair");
        ours = file_descriptor(numbers[0]);
        theirs = file_descriptor(numbers[1]);
    }
    file_descriptor ours;
    file_descriptor theirs;
};

} // namespace spargio
