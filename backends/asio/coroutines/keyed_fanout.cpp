// W15 with awaitable<> coroutines: the shared scenario.
#include "workloads/scenarios/keyed_fanout.hpp"
#include "backends/asio/coroutines/coroutine_session.hpp"
#include "backends/asio/sessions.hpp"

namespace bench::on_asio {

std::unique_ptr<session> make_keyed_fanout_coroutines(const keyed_shape& shape, polling poll) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::worker, poll,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::keyed_fanout(runtime, shape, order);
        });
}

} // namespace bench::on_asio
