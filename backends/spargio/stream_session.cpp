// W30–W36: connections to the echo peer, each at home on a shard, whose tasks move its frames.
#include "backends/spargio/stream_session.hpp"

#include "backends/spargio/mailbox.hpp"
#include "backends/spargio/own_server.hpp"
#include "backends/spargio/warm_session.hpp"
#include "workloads/peer_connection.hpp"
#include "workloads/scenarios/keyed_streams.hpp"
#include "workloads/scenarios/mixed.hpp"
#include "workloads/scenarios/streams.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace bench {
namespace {

/// A connection as scenarios see it.
class spargio_stream {
public:
    explicit spargio_stream(spargio::net::tcp_stream stream) : stream_(std::move(stream)) {}

    [[nodiscard]] auto read_some(std::span<std::byte> into) {
        return checked([&] { return stream_.read_some(into); });
    }
    [[nodiscard]] auto write_all(std::span<iovec> parts) {
        return checked_task(parts.size() == 1 ? spargio::io::write_all(stream_, bytes_of(parts.front()))
                                              : spargio::io::write_all(stream_, parts));
    }
    [[nodiscard]] const spargio::net::tcp_stream& socket() const noexcept { return stream_; }

private:
    [[nodiscard]] static std::span<const std::byte> bytes_of(const iovec& part) noexcept {
        return {static_cast<const std::byte*>(part.iov_base), part.iov_len};
    }

    spargio::net::tcp_stream stream_;
};

/// The scenarios' runtime, with connections.
class spargio_stream_runtime : public spargio_scenario_runtime {
public:
    using spargio_scenario_runtime::spargio_scenario_runtime;

    [[nodiscard]] spargio_stream& stream(std::size_t index) { return streams_[index]; }
    [[nodiscard]] joiner<std::uint64_t> spawn_for_stream(std::size_t index, task<std::uint64_t>&& what) {
        return streams_[index].socket().spawn_on_session(std::move(what));
    }

    [[nodiscard]] spargio_mailbox mailbox(std::size_t worker) {
        return spargio_mailbox(static_cast<std::uint32_t>(worker));
    }
    [[nodiscard]] bool shares_worker(std::size_t index, std::size_t worker) const {
        return streams_[index].socket().home() == worker;
    }

    /// Connects; stream i belongs to shard i modulo their number.
    [[nodiscard]] task<std::uint64_t> open(const stream_shape& shape) {
        std::optional<own_server> self;
        if (shape.serves_itself) self.emplace();
        const auto peer = self ? self->address() : spargio::net::endpoint::loopback(port_of_peer());
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            spargio::net::connect_options how;
            how.home = spargio::net::fixed{static_cast<std::uint32_t>(i)};
            how.no_delay = true;
            how.send_buffer = peer_buffer_bytes;
            how.receive_buffer = peer_buffer_bytes;
            auto connected = co_await spargio::net::tcp_stream::connect(peer, how);
            if (!connected) fail_scenario(connected.error());
            streams_.emplace_back(std::move(*connected));
            if (self) co_await self->serve_next(static_cast<std::uint32_t>(shape.server_of(i)));
        }
        co_return shape.streams;
    }

private:
    std::vector<spargio_stream> streams_;
};

static_assert(owner_runtime<spargio_stream_runtime>);

class stream_session final : public warm_session {
public:
    stream_session(const spargio::runtime_options& options, const stream_shape& shape)
        : warm_session(options), shape_(shape), flows_(shape), tables_(shape.owners, shape.keys),
          runtime_(options.shards) {
        run_root(runtime_.open(shape_));
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
    spargio_stream_runtime runtime_;
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
    mixed_session(const spargio::runtime_options& options, std::unique_ptr<mixed_ground> ground)
        : warm_session(options), ground_(std::move(ground)), runtime_(options.shards),
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

std::expected<std::unique_ptr<session>, refusal> open_mixed_session(const spargio::runtime_options& options,
                                                                    const mixed_shape& shape) {
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(options, std::move(*ground));
}

std::unique_ptr<session> make_stream_session(const spargio::runtime_options& options,
                                             const stream_shape& shape) {
    return std::make_unique<stream_session>(options, shape);
}

} // namespace bench
