// W60 to W64: the shared scenarios, at one listener that shard 0 accepts from; connections are dealt
// out to the shards by turns, and each is served by a task on its own shard. Branches may be taken by any.
#include "workloads/scenarios/serve.hpp"
#include "backends/spargio/accepted_client.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/peer/own_listener.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace bench::on_spargio {
namespace {

/// The listener's connections as scenarios see them.
class spargio_door {
public:
    explicit spargio_door(const spargio::net::tcp_listener& listener) : listener_(listener) {}

    /// The runtime's stop is the end and no error.
    [[nodiscard]] spargio::task<std::optional<spargio_client>> next() {
        auto accepted = co_await listener_.accept(spargio::net::round_robin{});
        if (!accepted) {
            if (accepted.error() == spargio::errc::canceled || accepted.error() == spargio::errc::closed)
                co_return std::nullopt;
            fail_scenario(accepted.error());
        }
        home_ = accepted->home();
        co_return std::optional<spargio_client>(std::in_place, std::move(*accepted));
    }
    void serve(spargio::task<std::uint64_t>&& work) {
        spargio::spawn(std::move(work), spargio::pinned{home_}).detach();
    }

private:
    const spargio::net::tcp_listener& listener_;
    std::uint32_t home_ = 0; ///< of the connection that was accepted last
};

class spargio_serve_runtime : public spargio_scenario_runtime {
public:
    using connection = spargio_client;

    explicit spargio_serve_runtime(std::size_t workers)
        : spargio_scenario_runtime(workers), listener_(spargio::file_descriptor(listening_.take())) {}

    [[nodiscard]] spargio_door open_door(std::size_t) { return spargio_door(listener_); }
    [[nodiscard]] std::uint16_t port() const { return listening_.port(); }

private:
    own_listener listening_; // its port, once the listener has the socket
    spargio::net::tcp_listener listener_;
};

static_assert(accept_runtime<spargio_serve_runtime>);

template <is_served Shape>
class serve_session final : public warm_session {
public:
    serve_session(const spargio::runtime_options& options, const Shape& shape)
        : warm_session(options), service_(shape), runtime_(options.shards) {
        service_.serve_at(runtime_.port());
        run_root(open());
    }
    /// What accepts and serves refers to this.
    ~serve_session() override { end_runtime(); }

    slice_outcome run(const slice_order& order, recorder& into) override { return service_.run(order, into); }

private:
    spargio::task<std::uint64_t> open() {
        runtime_.spawn_on(0, scenarios::serve_all<Shape>(runtime_, 0, service_)).detach();
        co_return 1;
    }

    serve_service service_;
    spargio_serve_runtime runtime_;
};

} // namespace

std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_echo& shape) {
    return std::make_unique<serve_session<served_echo>>(options, shape);
}
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_work& shape) {
    return std::make_unique<serve_session<served_work>>(options, shape);
}
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_forks& shape) {
    return std::make_unique<serve_session<served_forks>>(options, shape);
}
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_http& shape) {
    return std::make_unique<serve_session<served_http>>(options, shape);
}

} // namespace bench::on_spargio
