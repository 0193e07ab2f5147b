// W38 with awaitable<> coroutines: the shared scenario.
#include "workloads/scenarios/open_loop.hpp"
#include "backends/asio/coroutines/peer_runtime.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "backends/asio/sessions.hpp"

namespace bench::on_asio {
namespace {

static_assert(scenarios::timed_stream_runtime<coroutine_peer_runtime>);

class open_loop_session final : public session {
public:
    open_loop_session(const open_loop_shape& shape, polling poll)
        : lines_(shape), workers_(shape.workers, context_layout::worker, poll), runtime_(workers_) {
        runtime_.open(shape.connections);
    }
    ~open_loop_session() override {
        runtime_.close();
        workers_.join();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_slice(workers_, scenarios::open_loop(runtime_, lines_, order, into));
    }

private:
    open_loop_lines lines_;
    worker_threads workers_;
    coroutine_peer_runtime runtime_;
};

} // namespace

std::unique_ptr<session> make_open_loop_coroutines(const open_loop_shape& shape, polling poll) {
    return std::make_unique<open_loop_session>(shape, poll);
}

} // namespace bench::on_asio
