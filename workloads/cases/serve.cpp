#include "workloads/cases/serve.hpp"

#include "workloads/cases/connections.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/traffic/frame_flow.hpp"

namespace bench {
namespace {

/// Of the words of the answer to that.
std::uint64_t sum_of_frame(const serve_head& head, std::uint64_t words) {
    const std::uint64_t tail = words - serve_head_words; // words value + 3 to value + words - 1
    return serve_value(head) + head.steps + head.branches + tail * head.value +
           (serve_head_words + words - 1) * tail / 2;
}

expectation every_answer(const parameters& values, const slice_order& order) {
    const auto shape = serve_shape::read(values);
    const std::uint64_t requests = shape.requests * order.iterations;
    expectation right{.operations = requests,
                      .checksum = 0,
                      .bytes = requests * serve_sizes_of(shape.protocol, shape.frame_bytes).answer};
    std::uint64_t heavy = 0;
    for (std::uint64_t i = 0; i < requests; ++i) {
        const auto head = serve_head_of(shape, order.seed, i);
        const std::uint64_t sum = shape.protocol == serve_protocol::http
                                      ? sum_of_words(http_answer_to(head.value))
                                      : sum_of_frame(head, shape.frame_bytes / word_bytes);
        right.checksum += serve_checksum(sum, i);
        heavy += is_heavy(shape, order.seed, i);
    }
    if (heavy != 0) right.latencies = requests - heavy;
    return right;
}

std::optional<std::string> lacks_files(const parameters& values) {
    return make_room_for_connections(static_cast<std::uint64_t>(values["connections"]));
}

using parameter_list = std::vector<parameter_spec>;

workload served(std::string_view name, std::string_view summary, scenario (*read)(const parameters&),
                std::int64_t connections, std::int64_t depth, parameter_list more) {
    parameter_list all{{"requests", 1024, 1, 10'000'000, "", "in one iteration"},
                       {"connections", connections, 1, 10'000, "", "that the load generator has open"},
                       {"depth", depth, 1, 64, "", "requests under way on a connection at most"},
                       {"rate",
                        0,
                        0,
                        10'000'000,
                        "1/s",
                        "requests of all connections together; 0: as fast as answers come",
                        {{"closed", 0}}}};
    all.insert(all.end(), more.begin(), more.end());
    all.push_back({"workers", 1, 1, 1024, "", "threads of the runtime"});
    return {.name = name,
            .summary = summary,
            .operation = "request",
            .measures_latency = true,
            .needs_peer = true,
            .peer = peer_kind::load_generator,
            .parameters = std::move(all),
            .read = read,
            .expect = every_answer,
            .lacks = lacks_files};
}

const parameter_spec frame_words{"frame_words",    8,
                                 serve_head_words, most_serve_frame_bytes / word_bytes,
                                 "8 bytes",        "size of a request and of its answer"};

template <class Shape>
Shape read_as(const parameters& values) {
    return Shape{serve_shape::read(values)};
}

} // namespace

serve_shape serve_shape::read(const parameters& values) {
    const auto number = [&](std::string_view name, std::int64_t otherwise = 0) {
        return static_cast<std::uint64_t>(values.value_or(name, otherwise));
    };
    const std::uint64_t frame_bytes = number("frame_words") * word_bytes;
    return {.protocol = frame_bytes == 0 ? serve_protocol::http : serve_protocol::frames,
            .requests = number("requests"),
            .frame_bytes = frame_bytes,
            .connections = number("connections"),
            .depth = number("depth"),
            .rate = number("rate"),
            .steps = number("steps"),
            .heavy_every = number("heavy_every"),
            .heavy_times = number("heavy_times"),
            .branches = number("branches"),
            .workers = static_cast<std::size_t>(number("workers"))};
}

std::uint64_t serve_value(const serve_head& head) noexcept {
    if (!is_computed(head)) return head.value;
    if (head.branches == 0) return work(head.value, head.steps);
    std::uint64_t sum = 0;
    for (std::uint64_t branch = 0; branch < head.branches; ++branch) sum += serve_branch(head, branch);
    return sum;
}

std::size_t answer_frames(std::span<std::byte> bytes, std::size_t frame_bytes) noexcept {
    const std::size_t whole = bytes.size() / frame_bytes * frame_bytes;
    for (std::size_t at = 0; at < whole; at += frame_bytes) {
        const auto frame = bytes.subspan(at, frame_bytes);
        write_serve_value(frame, serve_value(read_serve_head(frame)));
    }
    return whole;
}

std::vector<workload> serve_workloads() {
    const parameter_spec light{"steps", 1000, 1, 1'000'000, "", "of work in a light request"};
    return {served("serve/echo", "a load generator's connections to one port; each frame goes back as it came",
                   read_by<read_as<served_echo>>, 64, 1, {frame_words}),
            served("serve/pipelined", "as serve/echo, with many requests under way on few connections",
                   read_by<read_as<served_echo>>, 16, 16, {frame_words}),
            served("serve/http", "GET with the head that browsers send, kept alive; an answer of 13 bytes",
                   read_by<read_as<served_http>>, 64, 1, {}),
            served("serve/skewed",
                   "requests that compute, a few of them long; the latency is that of the light ones",
                   read_by<read_as<served_work>>, 64, 1,
                   {frame_words,
                    light,
                    {"heavy_every", 64, 0, 1'000'000, "", "one of so many computes longer; 0: none"},
                    {"heavy_times", 100, 1, 1000, "", "so many times as long"}}),
            served("serve/fanout", "each request forks branches that compute, joins them and answers",
                   read_by<read_as<served_forks>>, 16, 1,
                   {frame_words,
                    {"steps", 1000, 1, 1'000'000, "", "of work in a branch"},
                    {"branches", 8, 1, most_serve_branches, "", "of a request"}})};
}

} // namespace bench
