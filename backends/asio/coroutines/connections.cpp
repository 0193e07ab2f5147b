// W39 with awaitable<> coroutines: the shared scenario.
#include "workloads/scenarios/connections.hpp"
#include "backends/asio/coroutines/peer_runtime.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "backends/asio/sessions.hpp"
#include "workloads/ground/connection_memory.hpp"

#include <map>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace bench::on_asio {
namespace {

class connections_session final : public session {
public:
    connections_session(const connections_shape& shape, polling poll)
        : workers_(shape.workers, context_layout::worker, poll), runtime_(workers_), all_(shape) {
        all_.make_channels(runtime_);
        try {
            memory_ = measure_connections(*this, shape, shape.workers, [&] {
                runtime_.open(shape.connections);
                for (std::size_t i = 0; i < shape.connections; ++i)
                    asio::co_spawn(runtime_.executor_of(i % shape.workers),
                                   scenarios::read_for_ever(runtime_, i, all_), asio::detached);
            });
        } catch (...) {
            end();
            throw;
        }
    }
    ~connections_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_slice(workers_, scenarios::connections(runtime_, all_, order, into));
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{connection_memory, memory_}};
    }

private:
    void end() {
        all_.closing.store(true, std::memory_order_relaxed);
        runtime_.close();
        workers_.join();
    }

    // In this order: channels are given back to the contexts that they came from.
    worker_threads workers_;
    coroutine_peer_runtime runtime_;
    scenarios::open_connections<coroutine_peer_runtime> all_;
    std::string memory_;
};

} // namespace

std::unique_ptr<session> make_connections_coroutines(const connections_shape& shape, polling poll) {
    return std::make_unique<connections_session>(shape, poll);
}

} // namespace bench::on_asio
