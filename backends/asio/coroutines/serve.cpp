// W60 to W64 with awaitable<> coroutines: the shared scenario.
#include "workloads/scenarios/serve.hpp"
#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "backends/asio/serve_listener.hpp"
#include "backends/asio/sessions.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

/// An accepted connection as scenarios see it; the end is no error there.
class coroutine_client {
public:
    explicit coroutine_client(std::shared_ptr<peer_socket> socket) : socket_(std::move(socket)) {}

    coroutine_runtime::task<std::size_t> read_some(std::span<std::byte> into) {
        boost::system::error_code failure;
        const std::size_t count = co_await socket_->async_read_some(
            asio::buffer(into.data(), into.size()),
            asio::redirect_error(asio::use_awaitable_t<coroutine_runtime::executor>(), failure));
        co_return failure ? 0 : count;
    }
    auto write_all(std::span<const std::byte> from) {
        return asio::async_write(*socket_, asio::buffer(from.data(), from.size()), asio::deferred);
    }
    /// It is closed when it goes (serve_listener.hpp).
    coroutine_runtime::task<void> close() { co_return; }

private:
    std::shared_ptr<peer_socket> socket_;
};

/// The listener's connections as scenarios see them.
class coroutine_door {
public:
    explicit coroutine_door(serve_listener& listener) : listener_(listener), place_(listener.executor()) {}

    [[nodiscard]] auto accept() {
        using answer = void(boost::system::error_code, peer_socket);
        return asio::async_initiate<const asio::deferred_t, answer>(
            [this](auto handler) { listener_.accept(std::move(handler)); }, asio::deferred);
    }

    coroutine_runtime::task<std::optional<coroutine_client>> next() {
        std::optional<coroutine_client> client;
        try {
            auto socket = std::make_shared<peer_socket>(co_await accept());
            place_ = socket->get_executor();
            listener_.keep(socket);
            client.emplace(std::move(socket));
        } catch (const boost::system::system_error& failure) {
            if (!is_end_of_listening(failure.code())) throw;
        }
        co_return client;
    }
    void serve(coroutine_runtime::task<std::uint64_t>&& work) {
        asio::co_spawn(place_, std::move(work), asio::detached);
    }

private:
    serve_listener& listener_;
    coroutine_runtime::executor place_; // of the connection that was accepted last
};

class coroutine_serve_runtime : public coroutine_runtime {
public:
    using connection = coroutine_client;

    coroutine_serve_runtime(worker_threads& workers, serve_listener& listener)
        : coroutine_runtime(workers), listener_(listener) {}

    [[nodiscard]] coroutine_door open_door(std::size_t) { return coroutine_door(listener_); }

private:
    serve_listener& listener_;
};

static_assert(accept_runtime<coroutine_serve_runtime>);

template <is_served Shape>
class serve_session final : public session {
public:
    serve_session(const Shape& shape, context_layout layout, polling poll)
        : service_(shape), workers_(shape.workers, layout, poll), listener_(workers_, service_),
          runtime_(workers_, listener_) {
        asio::co_spawn(listener_.executor(), scenarios::serve_all<Shape>(runtime_, 0, service_),
                       asio::detached);
    }
    ~serve_session() override {
        listener_.end();
        workers_.join();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        const spinning_slice spinning(workers_);
        return service_.run(order, into);
    }

private:
    serve_service service_;
    worker_threads workers_;
    serve_listener listener_;
    coroutine_serve_runtime runtime_;
};

} // namespace

std::unique_ptr<session> make_serve_coroutines(const served_echo& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session<served_echo>>(shape, layout, poll);
}
std::unique_ptr<session> make_serve_coroutines(const served_work& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session<served_work>>(shape, layout, poll);
}
std::unique_ptr<session> make_serve_coroutines(const served_forks& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session<served_forks>>(shape, layout, poll);
}
std::unique_ptr<session> make_serve_coroutines(const served_http& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session<served_http>>(shape, layout, poll);
}

} // namespace bench::on_asio
