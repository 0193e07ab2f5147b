// W30–W36: connections to the echo peer, each at home on a shard, whose tasks move its frames.
#include "backends/spargio/sessions.hpp"

#include "backends/spargio/multishot_stream.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "backends/spargio/stream_runtime.hpp"
#include "workloads/scenarios/keyed_streams.hpp"
#include "workloads/scenarios/streams.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace bench::on_spargio {
namespace {

/// Receives by multishot requests.
class spargio_multishot_runtime : public spargio_stream_runtime {
public:
    using spargio_stream_runtime::spargio_stream_runtime;

    [[nodiscard]] multishot_stream& stream(std::size_t index) { return incoming_[index]; }

    [[nodiscard]] task<std::uint64_t> open(const stream_shape& shape) {
        const std::uint64_t opened = co_await spargio_stream_runtime::open(shape);
        for (std::size_t i = 0; i < opened; ++i) incoming_.emplace_back(spargio_stream_runtime::stream(i));
        co_return opened;
    }
    /// Every request ends on the ring that has it.
    [[nodiscard]] task<std::uint64_t> close() {
        for (std::size_t i = 0; i < incoming_.size(); ++i) co_await spawn_for_stream(i, end(incoming_[i]));
        co_return incoming_.size();
    }

private:
    static task<std::uint64_t> end(multishot_stream& stream) {
        stream.end();
        co_return 0;
    }

    std::deque<multishot_stream> incoming_;
};

static_assert(owner_runtime<spargio_multishot_runtime>);

template <class Runtime>
class stream_session final : public warm_session {
public:
    stream_session(const spargio::runtime_options& options, const stream_shape& shape, stream_choices choices)
        : warm_session(options), shape_(shape), flows_(shape), tables_(shape.owners, shape.keys),
          runtime_(options.shards, choices) {
        run_root(runtime_.open(shape_));
    }
    ~stream_session() override {
        if constexpr (requires { runtime_.close(); }) run_root(runtime_.close());
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        if (shape_.owners != 0)
            return run_root(scenarios::keyed_streams(runtime_, shape_, flows_, tables_, order));
        return run_root(scenarios::streams(runtime_, shape_, flows_, order, into));
    }

private:
    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    Runtime runtime_;
};

} // namespace

opened_session open_streams(const spargio::runtime_options& options, const stream_shape& shape,
                            stream_choices choices) {
    // The tasks of an owner's shard write to its table.
    if (shape.owners != 0) choices.place = stream_choices::task_place::session;
    if (choices.receive == stream_choices::receive_mode::multishot) {
        choices.place = stream_choices::task_place::session;
        return open_session<stream_session<spargio_multishot_runtime>>(options, shape, choices);
    }
    return open_session<stream_session<spargio_stream_runtime>>(options, shape, choices);
}

} // namespace bench::on_spargio
