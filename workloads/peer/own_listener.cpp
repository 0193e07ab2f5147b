#include "workloads/peer/own_listener.hpp"

#include "workloads/peer/peer_connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace bench {

own_listener::own_listener() { set_peer_options(socket()); }

int own_listener::accept() const {
    for (;;) {
        const int accepted = ::accept4(socket(), nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted >= 0) return accepted;
        if (errno != EINTR) throw std::system_error(errno, std::system_category(), "accepting a connection");
    }
}

} // namespace bench
