// W37: listeners spread over the shards, each accepting without end; a connection is served by a task of its
// own on the shard that accepted it, from where an idle shard may take it before it has begun.
#include "workloads/scenarios/churn.hpp"
#include "backends/spargio/accepted_client.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/ground/churn_service.hpp"
#include "workloads/peer/loopback_listener.hpp"

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace bench::on_spargio {
namespace {

/// A listener's connections as scenarios see them.
class spargio_door {
public:
    explicit spargio_door(int listener) : accepting_(listener) {}

    /// Awaited by hand: the runtime's stop is the end and no error.
    class next_awaiter {
    public:
        explicit next_awaiter(spargio::ops::accept_stream& from) : inner_(from.next()) {}
        [[nodiscard]] bool await_ready() noexcept { return inner_.await_ready(); }
        auto await_suspend(std::coroutine_handle<> caller) noexcept { return inner_.await_suspend(caller); }
        [[nodiscard]] std::optional<spargio_client> await_resume() {
            auto accepted = inner_.await_resume();
            if (accepted)
                return spargio_client(
                    spargio::net::tcp_stream(std::move(*accepted), spargio::this_shard::id()));
            if (accepted.error() == spargio::errc::closed || accepted.error() == spargio::errc::canceled)
                return std::nullopt;
            fail_scenario(accepted.error());
        }

    private:
        spargio::ops::accept_stream::awaiter inner_;
    };
    [[nodiscard]] next_awaiter next() { return next_awaiter(accepting_); }
    void serve(spargio::task<std::uint64_t>&& work) { spargio::spawn(std::move(work)).detach(); }

private:
    spargio::ops::accept_stream accepting_;
};

/// The scenarios' runtime, with listeners.
class spargio_accept_runtime : public spargio_scenario_runtime {
public:
    using connection = spargio_client;

    explicit spargio_accept_runtime(std::size_t workers) : spargio_scenario_runtime(workers) {}

    [[nodiscard]] spargio_door open_door(std::size_t listener) {
        return spargio_door(listeners_[listener].socket());
    }
    [[nodiscard]] std::uint16_t port(std::size_t listener) const { return listeners_[listener].port(); }

private:
    std::array<loopback_listener, churn_listeners> listeners_;
};

static_assert(accept_runtime<spargio_accept_runtime>);

class churn_session final : public warm_session {
public:
    churn_session(const spargio::runtime_options& options, const churn_shape& shape)
        : warm_session(options), service_(shape), runtime_(options.shards) {
        for (std::size_t i = 0; i < churn_listeners; ++i) service_.serve_at(i, runtime_.port(i));
        run_root(open());
    }
    /// What accepts and serves refers to this.
    ~churn_session() override { end_runtime(); }

    slice_outcome run(const slice_order& order, recorder&) override { return service_.run(order); }

private:
    spargio::task<std::uint64_t> open() {
        for (std::size_t i = 0; i < churn_listeners; ++i)
            runtime_.spawn_on(i % runtime_.workers(), scenarios::accept_all(runtime_, i, service_)).detach();
        co_return churn_listeners;
    }

    churn_service service_;
    spargio_accept_runtime runtime_;
};

} // namespace

std::unique_ptr<session> make_churn(const spargio::runtime_options& options, const churn_shape& shape) {
    return std::make_unique<churn_session>(options, shape);
}

} // namespace bench::on_spargio
