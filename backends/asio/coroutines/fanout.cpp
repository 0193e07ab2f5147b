// W13, W14 with awaitable<> coroutines: the shared scenario.
#include "workloads/scenarios/fanout.hpp"
#include "backends/asio/coroutines/coroutine_session.hpp"
#include "backends/asio/sessions.hpp"

namespace bench::on_asio {

std::unique_ptr<session> make_fanout_coroutines(fanout_shape shape, context_layout layout, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, layout, poll, [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::fanout(runtime, shape, order);
        });
}

} // namespace bench::on_asio
