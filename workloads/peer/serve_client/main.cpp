// spargio-serve-client: the load generator of the family serve (W60 to W64).
//
// A process of its own, the same for every backend, so that the CPU account of a backend holds its own work
// only. The backend connects to the port that it says (peer_program.hpp) and tells it what to ask, by the words
// of workloads/cases/serve.hpp. A thread for each session.
//
//     spargio-serve-client [PARENT]      PARENT: process id with which it dies, even by SIGKILL
#include "workloads/cases/serve.hpp"
#include "workloads/peer/peer_program/peer_program.hpp"
#include "workloads/peer/serve_client/load.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <exception>
#include <limits>
#include <vector>

namespace {

using namespace bench;
using namespace bench::peer_program;

bool makes_sense(const serve_request& request) {
    const auto is_frame = [](std::uint64_t bytes) {
        return bytes % sizeof(std::uint64_t) == 0 && bytes >= serve_head_words * sizeof(std::uint64_t) &&
               bytes <= most_serve_frame_bytes;
    };
    const bool has_size = request.protocol == serve_protocol::http
                              ? request.frame_bytes == 0
                              : request.protocol == serve_protocol::frames && is_frame(request.frame_bytes);
    return request.port != 0 && request.port <= std::numeric_limits<std::uint16_t>::max() &&
           request.connections != 0 && request.depth != 0 && has_size;
}

bool send_all(int socket, const void* bytes, std::size_t count) {
    return ::send(socket, bytes, count, MSG_NOSIGNAL) == static_cast<ssize_t>(count);
}

std::vector<serve_latency> pairs_of(const histogram& recorded) {
    std::vector<serve_latency> pairs;
    for (std::size_t i = 0; i < histogram::bucket_count; ++i)
        if (const auto count = recorded.count_in(i); count != 0)
            pairs.push_back({histogram::value_of(i), count});
    return pairs;
}

/// Until the session closes.
void obey(int control) {
    serve_client::load load(control);
    serve_request request{};
    while (::recv(control, &request, sizeof request, MSG_WAITALL) == static_cast<ssize_t>(sizeof request)) {
        serve_answer answer{.requests = 0, .checksum = 0, .bytes = 0, .error = EINVAL, .latencies = 0};
        std::vector<serve_latency> pairs;
        if (makes_sense(request)) {
            answer = load.run(request);
            pairs = pairs_of(load.latencies());
            answer.latencies = answer.error == 0 ? pairs.size() : 0;
        }
        if (!send_all(control, &answer, sizeof answer)) return;
        const std::size_t bytes = answer.latencies * sizeof(serve_latency);
        if (bytes != 0 && !send_all(control, pairs.data(), bytes)) return;
    }
}

void* begin(void* argument) {
    const int control = as_socket(argument);
    ::prctl(PR_SET_TIMERSLACK, 1UL); // requests at a rate are due to the microsecond
    try {
        obey(control);
    } catch (const std::exception&) {
        // The session sees the end of its connection.
    }
    ::close(control);
    return nullptr;
}

void* accept_all(void* argument) { accept_for_ever(as_socket(argument), begin); }

} // namespace

int main(int count, char** arguments) {
    obey_arguments(count, arguments);
    raise_file_limit();
    const int listener = listen_on_loopback();
    start_thread(accept_all, as_argument(listener));
    live(listener);
}
