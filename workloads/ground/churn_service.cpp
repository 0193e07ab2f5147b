#include "workloads/ground/churn_service.hpp"

#include "workloads/peer/peer_connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace bench {
namespace {

/// Whether all of it went out.
bool send_all(int socket, const void* bytes, std::size_t count) {
    // Less than a socket takes at once: a blocking one takes all, or says why not (send(2)).
    return ::send(socket, bytes, count, MSG_NOSIGNAL) == static_cast<ssize_t>(count);
}

bool receive_all(int socket, void* bytes, std::size_t count) {
    ssize_t got = 0;
    do {
        got = ::recv(socket, bytes, count, MSG_WAITALL);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(count);
}

} // namespace

churn_service::churn_service(const churn_shape& shape) : shape_(shape), control_(connect_to_peer()) {}

churn_service::~churn_service() { ::close(control_); }

slice_outcome churn_service::run(const slice_order& order) {
    churn_request request{.connections = shape_.connections * order.iterations,
                          .seed = order.seed,
                          .frame_bytes = shape_.frame_bytes,
                          .window = shape_.window,
                          .ports = {}};
    for (std::size_t i = 0; i < churn_listeners; ++i) request.ports[i] = ports_[i];
    served_.store(0, std::memory_order_relaxed);
    churn_answer answer{};
    const bool answered =
        send_all(control_, &request, sizeof request) && receive_all(control_, &answer, sizeof answer);
    {
        const std::lock_guard lock(mutex_);
        if (failure_) std::rethrow_exception(failure_);
    }
    if (!answered) throw std::runtime_error("the client of net/churn has gone");
    if (answer.error != 0)
        throw std::system_error(static_cast<int>(answer.error), std::system_category(),
                                "the client of net/churn, after " + std::to_string(answer.connections) +
                                    " connections");
    // As the server counts them: the client's own count stands in the checksum.
    const std::uint64_t served = served_.load(std::memory_order_relaxed);
    return {.operations = served, .checksum = answer.checksum, .bytes = served * shape_.frame_bytes};
}

void churn_service::fail(std::exception_ptr why) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(why);
    }
    ::shutdown(control_, SHUT_RDWR); // run() waits there
}

void churn_service::fail_short() noexcept {
    fail(std::make_exception_ptr(std::runtime_error("a client's connection ended before its frame had come")));
}

} // namespace bench
