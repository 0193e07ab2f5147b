// The shared scenarios on Asio's coroutines: knob style=coroutines.
#include "workloads/scenarios/ping_pong.hpp"
#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "backends/asio/sessions.hpp"
#include "workloads/scenarios/fanout.hpp"
#include "workloads/scenarios/fork_join.hpp"
#include "workloads/scenarios/keyed_fanout.hpp"

#include <functional>
#include <utility>

namespace bench::on_asio {
namespace {

static_assert(async_runtime<coroutine_runtime>);
using outcome_task = coroutine_runtime::task<slice_outcome>;

/// Runs one root coroutine a slice; which one, the maker says.
class coroutine_session final : public session {
public:
    using maker = std::function<outcome_task(coroutine_runtime&, const slice_order&, recorder&)>;

    coroutine_session(std::size_t workers, context_layout layout, polling how, maker root)
        : workers_(workers, layout, how), runtime_(workers_), root_(std::move(root)) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_slice(workers_, root_(runtime_, order, into));
    }

private:
    worker_threads workers_;
    coroutine_runtime runtime_;
    maker root_;
};

} // namespace

std::unique_ptr<session> make_steady_rtt_coroutines(ping_pong_shape shape, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::worker, how,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder& into) {
            return scenarios::steady_rtt(runtime, shape, order, into);
        });
}

std::unique_ptr<session> make_tasks_rtt_coroutines(ping_pong_shape shape, context_layout layout, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, layout, how,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder& into) {
            return scenarios::tasks_rtt(runtime, shape, order, into);
        });
}

std::unique_ptr<session> make_one_way_drain_coroutines(ping_pong_shape shape, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::worker, how,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::one_way_drain(runtime, shape, order);
        });
}

std::unique_ptr<session> make_fanout_coroutines(fanout_shape shape, context_layout layout, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, layout, how, [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::fanout(runtime, shape, order);
        });
}

std::unique_ptr<session> make_keyed_fanout_coroutines(const keyed_shape& shape, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::worker, how,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::keyed_fanout(runtime, shape, order);
        });
}

std::unique_ptr<session> make_skynet_coroutines(skynet_shape shape, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::pool, how,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::skynet(runtime, shape, order);
        });
}

std::unique_ptr<session> make_fib_coroutines(fib_shape shape, polling how) {
    return std::make_unique<coroutine_session>(
        shape.workers, context_layout::pool, how,
        [shape](coroutine_runtime& runtime, const slice_order& order, recorder&) {
            return scenarios::fib(runtime, shape, order);
        });
}

} // namespace bench::on_asio
