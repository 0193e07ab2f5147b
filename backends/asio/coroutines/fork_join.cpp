// W16 with awaitable<> coroutines: the shared scenarios.
#include "workloads/scenarios/fork_join.hpp"
#include "backends/asio/coroutines/coroutine_session.hpp"
#include "backends/asio/sessions.hpp"

namespace bench::on_asio {

std::unique_ptr<session> make_skynet_coroutines(skynet_shape shape, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::pool, poll,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::skynet(runtime, shape, order);
        });
}

std::unique_ptr<session> make_fib_coroutines(fib_shape shape, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::pool, poll,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::fib(runtime, shape, order);
        });
}

} // namespace bench::on_asio
