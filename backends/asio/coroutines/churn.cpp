// W37 with awaitable<> coroutines: the shared scenario.
#include "workloads/scenarios/churn.hpp"
#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "backends/asio/listener_set.hpp"
#include "backends/asio/sessions.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

/// An accepted connection as scenarios see it.
class coroutine_client {
public:
    explicit coroutine_client(peer_socket socket) : socket_(std::move(socket)) {}

    auto read_some(std::span<std::byte> into) {
        return socket_.async_read_some(asio::buffer(into.data(), into.size()), asio::deferred);
    }
    auto write_all(std::span<const std::byte> from) {
        return asio::async_write(socket_, asio::buffer(from.data(), from.size()), asio::deferred);
    }
    /// Needs no waiting.
    coroutine_runtime::task<void> close() {
        socket_.close();
        co_return;
    }

private:
    peer_socket socket_;
};

/// A listener's connections as scenarios see them.
class coroutine_door {
public:
    coroutine_door(listener_set& set, std::size_t index)
        : set_(set), index_(index), place_(set.executor_of(index)) {}

    [[nodiscard]] auto accept() {
        using answer = void(boost::system::error_code, peer_socket);
        return asio::async_initiate<const asio::deferred_t, answer>(
            [this](auto handler) { set_.accept(index_, place_, std::move(handler)); }, asio::deferred);
    }

    coroutine_runtime::task<std::optional<coroutine_client>> next() {
        std::optional<coroutine_client> client;
        try {
            place_ = set_.next_place();
            client.emplace(co_await accept());
        } catch (const boost::system::system_error& failure) {
            if (!is_end_of_listening(failure.code())) throw;
        }
        co_return client;
    }
    void serve(coroutine_runtime::task<std::uint64_t>&& work) {
        asio::co_spawn(place_, std::move(work), asio::detached);
    }

private:
    listener_set& set_;
    std::size_t index_;
    coroutine_runtime::executor place_; // of the connection that was accepted last
};

class coroutine_accept_runtime : public coroutine_runtime {
public:
    using connection = coroutine_client;

    coroutine_accept_runtime(worker_threads& workers, listener_set& listeners)
        : coroutine_runtime(workers), listeners_(listeners) {}

    [[nodiscard]] coroutine_door open_door(std::size_t listener) { return {listeners_, listener}; }

private:
    listener_set& listeners_;
};

static_assert(accept_runtime<coroutine_accept_runtime>);

class churn_session final : public session {
public:
    churn_session(const churn_shape& shape, context_layout layout, polling poll)
        : service_(shape), workers_(shape.workers, layout, poll), listeners_(workers_, service_),
          runtime_(workers_, listeners_) {
        for (std::size_t i = 0; i < churn_listeners; ++i)
            asio::co_spawn(listeners_.executor_of(i), scenarios::accept_all(runtime_, i, service_),
                           asio::detached);
    }
    ~churn_session() override {
        listeners_.close();
        workers_.join();
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        const spinning_slice spinning(workers_);
        return service_.run(order);
    }

private:
    churn_service service_;
    worker_threads workers_;
    listener_set listeners_;
    coroutine_accept_runtime runtime_;
};

} // namespace

std::unique_ptr<session> make_churn_coroutines(const churn_shape& shape, context_layout layout, polling poll) {
    return std::make_unique<churn_session>(shape, layout, poll);
}

} // namespace bench::on_asio
