#include "workloads/ground/serve_service.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {

serve_service::serve_service(const serve_shape& shape) : shape_(shape) {}

slice_outcome serve_service::run(const slice_order& order, recorder& into) {
    const serve_request request{.port = port_,
                                .protocol = shape_.protocol,
                                .seed = order.seed,
                                .requests = shape_.requests * order.iterations,
                                .frame_bytes = shape_.frame_bytes,
                                .connections = shape_.connections,
                                .depth = shape_.depth,
                                .rate = shape_.rate,
                                .steps = shape_.steps,
                                .heavy_every = shape_.heavy_every,
                                .heavy_times = shape_.heavy_times,
                                .branches = shape_.branches,
                                .record_latency = order.record_latency};
    serve_answer answer{};
    const bool answered = control_.send(&request, sizeof request) && control_.receive(&answer, sizeof answer);
    control_.throw_failure();
    if (!answered) throw std::runtime_error("the load generator has gone");
    if (answer.error != 0)
        throw std::system_error(static_cast<int>(answer.error), std::system_category(),
                                "the load generator, after " + std::to_string(answer.requests) + " requests");
    take_latencies(answer.latencies, into.lane(0));
    return {.operations = answer.requests, .checksum = answer.checksum, .bytes = answer.bytes};
}

void serve_service::take_latencies(std::uint64_t count, histogram& into) const {
    std::array<serve_latency, 256> some{};
    while (count != 0) {
        const auto now = std::min<std::uint64_t>(count, some.size());
        if (!control_.receive(some.data(), now * sizeof(serve_latency)))
            throw std::runtime_error("the load generator has gone while it told the latencies");
        for (std::size_t i = 0; i < now; ++i) into.record(some[i].ns, some[i].count);
        count -= now;
    }
}

} // namespace bench
