// W10–W11 with awaitable<> coroutines: the shared scenarios.
#include "workloads/scenarios/ping_pong.hpp"
#include "backends/asio/coroutines/coroutine_session.hpp"
#include "backends/asio/sessions.hpp"

namespace bench::on_asio {

std::unique_ptr<session> make_steady_rtt_coroutines(ping_pong_shape shape, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::worker, poll,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder& into) {
            return scenarios::steady_rtt(runtime, shape, order, into);
        });
}

std::unique_ptr<session> make_tasks_rtt_coroutines(ping_pong_shape shape, context_layout layout, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, layout, poll,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder& into) {
            return scenarios::tasks_rtt(runtime, shape, order, into);
        });
}

std::unique_ptr<session> make_one_way_drain_coroutines(ping_pong_shape shape, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::worker, poll,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::one_way_drain(runtime, shape, order);
        });
}

} // namespace bench::on_asio
