// W30–W36: connections to the echo peer, each at home on a shard, whose tasks move its frames.
#include "backends/spargio/sessions/streams.hpp"

#include "backends/spargio/batch_lane.hpp"
#include "backends/spargio/multishot_stream.hpp"
#include "backends/spargio/own_server.hpp"
#include "backends/spargio/peer_runtime.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/scenarios/keyed_streams.hpp"
#include "workloads/scenarios/mixed.hpp"
#include "workloads/scenarios/streams.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace bench {
namespace {

/// The scenarios' runtime, with connections and mailboxes.
class spargio_stream_runtime : public spargio_peer_runtime {
public:
    using spargio_peer_runtime::spargio_peer_runtime;

    [[nodiscard]] spargio_mailbox mailbox(std::size_t worker) {
        return spargio_mailbox(static_cast<std::uint32_t>(worker));
    }
    [[nodiscard]] bool shares_worker(std::size_t index, std::size_t worker) const {
        return stream(index).socket().home() == worker;
    }

    /// Connects to the peer that the shape names.
    [[nodiscard]] task<std::uint64_t> open(const stream_shape& shape) {
        std::optional<own_server> self;
        if (shape.serves_itself) self.emplace();
        const auto peer = self ? self->address() : spargio::net::endpoint::loopback(port_of_peer());
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            co_await connect(peer, home_of(i));
            if (self) co_await self->serve_next(static_cast<std::uint32_t>(shape.server_of(i)));
        }
        co_return shape.streams;
    }
};

static_assert(owner_runtime<spargio_stream_runtime>);

/// The same, receiving by multishot requests.
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
    static task<std::uint64_t> end(multishot_stream& which) {
        which.end();
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

/// The same with branches that any shard may take.
class spargio_mixed_runtime : public spargio_stream_runtime {
public:
    using spargio_stream_runtime::spargio_stream_runtime;

    [[nodiscard]] joiner<std::uint64_t> spawn_branch(const mixed_shape& shape, std::uint64_t number) {
        return spawn(compute(shape, number));
    }

private:
    static task<std::uint64_t> compute(const mixed_shape& shape, std::uint64_t number) {
        co_return shape.run_branch(number);
    }
};

static_assert(scenarios::mixed_runtime<spargio_mixed_runtime>);

class mixed_session final : public warm_session {
public:
    mixed_session(const spargio::runtime_options& options, std::unique_ptr<mixed_ground> ground,
                  stream_choices choices)
        : warm_session(options), ground_(std::move(ground)), runtime_(options.shards, choices),
          file_(runtime_.adopt_file(ground_->data().duplicate())) {
        run_root(runtime_.open(ground_->shape().streams));
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_root(scenarios::mixed(runtime_, file_, *ground_, order, into));
    }

private:
    std::unique_ptr<mixed_ground> ground_;
    spargio_mixed_runtime runtime_;
    spargio_file file_;
};

} // namespace

std::expected<std::unique_ptr<session>, refusal>
open_mixed_session(const spargio::runtime_options& options, const mixed_shape& shape, stream_choices choices) {
    if (choices.receive == stream_choices::receive_mode::multishot)
        return refuse_unsupported("stream_receive=multishot is not written for mixed/io_cpu");
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(options, std::move(*ground), choices);
}

std::expected<std::unique_ptr<session>, refusal> open_stream_session(const spargio::runtime_options& options,
                                                                     const stream_shape& shape,
                                                                     stream_choices choices) {
    // The tasks of an owner's shard write to its table.
    if (shape.owners != 0) choices.place = stream_choices::task_place::session;
    if (choices.receive == stream_choices::receive_mode::multishot) {
        choices.place = stream_choices::task_place::session;
        return open_session<stream_session<spargio_multishot_runtime>>(options, shape, choices);
    }
    return open_session<stream_session<spargio_stream_runtime>>(options, shape, choices);
}

} // namespace bench
