#include "workloads/ground/churn_service.hpp"

#include <stdexcept>
#include <system_error>

namespace bench {

churn_service::churn_service(const churn_shape& shape) : shape_(shape) {}

slice_outcome churn_service::run(const slice_order& order) {
    churn_request request{.connections = shape_.connections * order.iterations,
                          .seed = order.seed,
                          .frame_bytes = shape_.frame_bytes,
                          .window = shape_.window,
                          .ports = {}};
    for (std::size_t i = 0; i < churn_listeners; ++i) request.ports[i] = ports_[i];
    served_.store(0, std::memory_order_relaxed);
    churn_answer answer{};
    const bool answered = control_.send(&request, sizeof request) && control_.receive(&answer, sizeof answer);
    control_.throw_failure();
    if (!answered) throw std::runtime_error("the client of net/churn has gone");
    if (answer.error != 0)
        throw std::system_error(static_cast<int>(answer.error), std::system_category(),
                                "the client of net/churn, after " + std::to_string(answer.connections) +
                                    " connections");
    // As the server counts them: the client's own count stands in the checksum.
    const std::uint64_t served = served_.load(std::memory_order_relaxed);
    return {.operations = served, .checksum = answer.checksum, .bytes = served * shape_.frame_bytes};
}

void churn_service::fail_short() noexcept {
    fail(std::make_exception_ptr(std::runtime_error("a client's connection ended before its frame had come")));
}

} // namespace bench
