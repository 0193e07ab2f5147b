// W60 to W64: the runtime as the server. A load generator, a process of its own (peer/serve_client/),
// opens connections to the one port at which a session serves, and keeps them open from slice to slice. A
// request is a frame of words, and so is its answer, of the same size; the answers of a connection come in the
// order of its requests.
//
// What a request asks for stands in the request, so that a server reads it and knows no shape:
//
//     word 0     a value                      in the answer: what became of it
//     word 1     steps of work (work.hpp)     0: the frame goes back as it came
//     word 2     branches                     0: the steps are one piece; else so many, which may run at once
//     word 3 ..  value + 3, value + 4, ...
//
// A server that only echoes looks at none of them. In W62 a request and its answer are HTTP instead, of one
// size each (workloads/http/exchange.hpp), and the value stands in the path.
//
// A client that goes away, resets or stalls is no error of the
// server: it serves the others on. Only the load generator judges, and it counts an answer only if it is whole.
#pragma once

#include "workloads/contract/work.hpp"
#include "workloads/contract/workload.hpp"
#include "workloads/http/exchange.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace bench {

/// What a server has room for on a connection: it reads at most so many bytes at once.
inline constexpr std::size_t serve_room_bytes = 4096;
/// Of a frame.
inline constexpr std::size_t most_serve_frame_bytes = 1024;
/// Of a request, and steps of all of them together; the parameters ask for no more.
inline constexpr std::uint64_t most_serve_branches = 1024;
inline constexpr std::uint64_t most_serve_steps = 2'000'000'000;
/// The words that a server looks at: a frame has no fewer.
inline constexpr std::size_t serve_head_words = 3;

/// What requests and answers are made of. A word on the control connection.
enum class serve_protocol : std::uint64_t { frames, http };

/// The shape of a slice, read from the parameters once, before the timing.
struct serve_shape {
    serve_protocol protocol;
    std::uint64_t requests;    ///< of an iteration
    std::uint64_t frame_bytes; ///< 0 with HTTP
    std::uint64_t connections;
    std::uint64_t depth; ///< requests under way on a connection at most
    std::uint64_t rate;  ///< requests a second, of all connections; 0: the next one when an answer has come
    std::uint64_t steps; ///< of a light request
    std::uint64_t heavy_every; ///< one of so many computes heavy_times as long; 0: none does
    std::uint64_t heavy_times;
    std::uint64_t branches; ///< of a request; 0: it is one piece
    std::size_t workers;

    static serve_shape read(const parameters& values);
};

/// The frame goes back as it came.
struct served_echo : serve_shape {};
/// A request computes its steps in one piece.
struct served_work : serve_shape {};
/// A request computes its branches, each of its steps, and answers when all have ended.
struct served_forks : serve_shape {};
/// A request is a GET, its answer a short text.
struct served_http : serve_shape {};

/// The family.
template <class Shape>
concept is_served = std::derived_from<Shape, serve_shape>;

/// The size of a request and of its answer.
struct serve_sizes {
    std::size_t request;
    std::size_t answer;
};
[[nodiscard]] constexpr serve_sizes serve_sizes_of(serve_protocol protocol,
                                                   std::uint64_t frame_bytes) noexcept {
    if (protocol == serve_protocol::http) return {.request = http_request_bytes, .answer = http_answer_bytes};
    const auto both = static_cast<std::size_t>(frame_bytes);
    return {.request = both, .answer = both};
}

/// The three words that a request begins with.
struct serve_head {
    std::uint64_t value;
    std::uint64_t steps;
    std::uint64_t branches;
};

[[nodiscard]] constexpr bool is_heavy(const serve_shape& shape, std::uint64_t seed,
                                      std::uint64_t request) noexcept {
    return shape.heavy_every != 0 && mix(~seed ^ mix(request)) % shape.heavy_every == 0;
}

/// How request number `request` of a slice begins.
[[nodiscard]] constexpr serve_head serve_head_of(const serve_shape& shape, std::uint64_t seed,
                                                 std::uint64_t request) noexcept {
    const std::uint64_t steps = is_heavy(shape, seed, request) ? shape.steps * shape.heavy_times : shape.steps;
    return {.value = mix(seed + request), .steps = steps, .branches = shape.branches};
}

/// What stands first in a frame, read and written where it lies.
[[nodiscard]] inline serve_head read_serve_head(std::span<const std::byte> frame) noexcept {
    serve_head head{};
    static_assert(sizeof head == serve_head_words * sizeof(std::uint64_t));
    std::memcpy(&head, frame.data(), sizeof head);
    return head;
}
inline void write_serve_value(std::span<std::byte> frame, std::uint64_t value) noexcept {
    std::memcpy(frame.data(), &value, sizeof value);
}

/// What one branch of a request adds to the value of its answer.
[[nodiscard]] inline std::uint64_t serve_branch(const serve_head& head, std::uint64_t branch) noexcept {
    return work(head.value + branch, head.steps);
}

/// Whether it asks for work, and for no more than a request may: else its frame goes back as it came. So
/// rubbish on one connection keeps no worker for long, and nobody makes room for 2^60 branches.
[[nodiscard]] constexpr bool is_computed(const serve_head& head) noexcept {
    return head.steps != 0 && head.branches <= most_serve_branches &&
           head.steps <= most_serve_steps / (head.branches == 0 ? 1 : head.branches);
}
[[nodiscard]] constexpr bool is_forked(const serve_head& head) noexcept {
    return is_computed(head) && head.branches != 0;
}

/// The value of the answer to a request, computed by the caller, branch after branch.
[[nodiscard]] std::uint64_t serve_value(const serve_head& head) noexcept;

/// Answers every whole frame that stands in `bytes`, in place, by serve_value(); gives how many bytes these
/// are.
std::size_t answer_frames(std::span<std::byte> bytes, std::size_t frame_bytes) noexcept;

/// What the words of an answer add up to; a last one that is not whole is filled up with zeros.
[[nodiscard]] inline std::uint64_t sum_of_words(std::span<const std::byte> answer) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < answer.size(); at += sizeof sum) {
        std::uint64_t word = 0;
        std::memcpy(&word, answer.data() + at, std::min(answer.size() - at, sizeof word));
        sum += word;
    }
    return sum;
}

/// What an answer adds to the checksum whose words add up to `sum`.
[[nodiscard]] constexpr std::uint64_t serve_checksum(std::uint64_t sum, std::uint64_t request) noexcept {
    return mix(sum + request);
}

/// What is said on the control connection between a session and the load generator, both on one machine: the
/// words as they stand in memory. The session asks, the load generator answers, as often as the session likes.
struct serve_request {
    std::uint64_t port; ///< on 127.0.0.1, at which the session serves
    serve_protocol protocol;
    std::uint64_t seed;
    std::uint64_t requests;    ///< of the slice
    std::uint64_t frame_bytes; ///< 0 with HTTP
    std::uint64_t connections;
    std::uint64_t depth;
    std::uint64_t rate;
    std::uint64_t steps;
    std::uint64_t heavy_every;
    std::uint64_t heavy_times;
    std::uint64_t branches;
    std::uint64_t record_latency; ///< not 0: of the light requests
};
/// Then `latencies` times a serve_latency, in rising order.
struct serve_answer {
    std::uint64_t requests; ///< that were answered
    std::uint64_t checksum; ///< of the answers
    std::uint64_t bytes;    ///< of the answers
    std::uint64_t error;    ///< errno of what went wrong; 0: nothing
    std::uint64_t latencies;
};
/// So many requests took so long.
struct serve_latency {
    std::uint64_t ns;
    std::uint64_t count;
};

[[nodiscard]] std::vector<workload> serve_workloads();

} // namespace bench
