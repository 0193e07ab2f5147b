#include "workloads/cases/churn.hpp"

#include "workloads/cases/scenario.hpp"
#include "workloads/traffic/frame_flow.hpp"

namespace bench {
namespace {

expectation every_connection(const parameters& values, const slice_order& order) {
    const auto shape = churn_shape::read(values);
    const std::uint64_t words = shape.frame_bytes / word_bytes;
    const std::uint64_t connections = shape.connections * order.iterations;
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < connections; ++i)
        sum += churn_checksum(words * churn_first_word(order.seed, i) + words * (words - 1) / 2, i);
    return {.operations = connections,
            .checksum = sum,
            .bytes = connections * shape.frame_bytes,
            .distinct_threads = 0};
}

} // namespace

churn_shape churn_shape::read(const parameters& values) {
    return {.connections = static_cast<std::uint64_t>(values["connections"]),
            .frame_bytes = static_cast<std::uint64_t>(values["frame_words"]) * word_bytes,
            .window = static_cast<std::uint64_t>(values["window"]),
            .workers = static_cast<std::size_t>(values["workers"])};
}

std::vector<workload> churn_workloads() {
    return {{.name = "net/churn",
             .summary = "a client connects to four listeners, unevenly; one frame there and back, close",
             .operation = "connection",
             .needs_peer = true,
             .peer = peer_kind::churn_client,
             .parameters = {{"connections", 256, 1, 1'000'000, "", "in one iteration"},
                            {"frame_words", 32, 1, most_churn_frame_bytes / word_bytes, "8 bytes",
                             "size of the frame of a connection"},
                            {"window", 32, 1, 1024, "", "connections that the client has open at most"},
                            {"workers", 2, 1, 1024, "", "threads of the runtime"}},
             .read = read_by<churn_shape::read>,
             .expect = every_connection}};
}

} // namespace bench
