// W39: the shared scenario over connections that are each at home on a shard.
#include "workloads/scenarios/connections.hpp"
#include "backends/spargio/peer_runtime.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/ground/connection_memory.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace bench::on_spargio {
namespace {

/// Many connections, most of them idle: each shard has as many.
constexpr stream_choices dealt_out{.place = stream_choices::task_place::session,
                                   .receive = stream_choices::receive_mode::single,
                                   .homes = stream_choices::home::by_turns};

/// A knob may give fewer shards than the workload has workers.
connections_shape with_shards(connections_shape shape, const spargio::runtime_options& options) {
    shape.workers = std::min<std::size_t>(shape.workers, options.shards);
    return shape;
}

class connections_session final : public warm_session {
public:
    connections_session(const spargio::runtime_options& options, const connections_shape& shape)
        : warm_session(options), all_(with_shards(shape, options)), runtime_(options.shards, dealt_out) {
        all_.make_channels(runtime_);
        try {
            memory_ = measure_connections(*this, all_.shape, options.shards, [&] { run_root(open()); });
        } catch (...) {
            end();
            throw;
        }
    }
    ~connections_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_root(scenarios::connections(runtime_, all_, order, into));
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        auto known = warm_session::capabilities();
        known.emplace(connection_memory, memory_);
        return known;
    }

private:
    /// What reads refers to this.
    void end() {
        all_.closing.store(true, std::memory_order_relaxed);
        end_runtime();
    }

    spargio::task<std::uint64_t> open() {
        const std::uint64_t opened = co_await runtime_.open(all_.shape.connections);
        for (std::size_t i = 0; i < opened; ++i)
            runtime_.spawn_on(i % all_.shape.workers, scenarios::read_for_ever(runtime_, i, all_)).detach();
        co_return opened;
    }

    scenarios::open_connections<spargio_peer_runtime> all_;
    spargio_peer_runtime runtime_;
    std::string memory_;
};

} // namespace

std::unique_ptr<session> make_connections(const spargio::runtime_options& options,
                                          const connections_shape& shape) {
    return std::make_unique<connections_session>(options, shape);
}

} // namespace bench::on_spargio
