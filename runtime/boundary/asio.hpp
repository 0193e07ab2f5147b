// Calling tasks of a Spargio runtime from Boost.Asio (R46). Needs Boost 1.81 or newer; the rest of Spargio does
// not, so it is not in the header that gathers the others.
//
///   const auto got = co_await spargio::boundary::async_call(client, query, boost::asio::use_awaitable);
#pragma once

#include <spargio/boundary/client.hpp>

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace spargio::boundary {

namespace detail {

/// Carries an answer from the thread that decided it to the executor of an Asio handler, which it keeps busy
/// until then.
template <class Reply, class Handler>
class asio_reply {
    using executor_type = boost::asio::associated_executor_t<Handler>;

public:
    explicit asio_reply(Handler&& handler)
        : work_(boost::asio::get_associated_executor(handler)), handler_(std::move(handler)) {}

    /// Any thread; the handler runs on its executor.
    void operator()(std::expected<Reply, errc> answer) {
        const auto where = work_.get_executor();
        boost::asio::post(where, [self = std::move(*this), answer = std::move(answer)]() mutable {
            // The slot belongs to the user of this executor: nothing may be left in it once the handler runs.
            if (auto slot = boost::asio::get_associated_cancellation_slot(self.handler_); slot.is_connected())
                slot.clear();
            auto handler = std::move(self.handler_);
            self.work_.reset();
            std::move(handler)(std::move(answer));
        });
    }

private:
    boost::asio::executor_work_guard<executor_type> work_;
    Handler handler_;
};

} // namespace detail

/// Begins a call and completes the token with `std::expected<Reply, errc>`, always by way of post() on the
/// token's associated executor, which has outstanding work until then. Never blocks: a full channel completes
/// with `overloaded`. The token's cancellation slot, any type of cancellation, gives the call up: it completes
/// with `canceled` unless the answer has been decided before. `deadline` is carried to the server, nothing
/// more: for a limit on the wait combine it with a timer, as with any Asio operation
/// (`async_call(...) || timer.async_wait(...)`).
///
/// Any thread. As always when a thread posts to an io_context, the context must live until that thread has left
/// post(), which may be after the handler has run: destroy it after the server's runtime. Throws
/// std::bad_alloc. Cost: that of client::call() and one post.
template <class Request, class Reply, class CompletionToken>
auto async_call(client<Request, Reply> by, Request request, CompletionToken&& token,
                std::chrono::steady_clock::time_point deadline = no_deadline) {
    using answer_type = std::expected<Reply, errc>;
    return boost::asio::async_initiate<CompletionToken, void(answer_type)>(
        [](auto handler, client<Request, Reply> through, Request request,
           std::chrono::steady_clock::time_point until) {
            using handler_type = decltype(handler);
            using ticket_type = call_ticket<Request, Reply>;
            // In the slot before the call begins: the answer may come at once, on another thread, and clear it.
            const auto ticket = std::make_shared<std::optional<ticket_type>>();
            if (auto slot = boost::asio::get_associated_cancellation_slot(handler); slot.is_connected())
                slot.assign([ticket](boost::asio::cancellation_type) {
                    if (*ticket) (*ticket)->give_up(errc::canceled);
                });
            // Shared for the case that the call is refused and `on_reply` never called.
            const auto shared = std::make_shared<detail::asio_reply<Reply, handler_type>>(std::move(handler));
            const auto on_reply = [shared](answer_type answer) { (*shared)(std::move(answer)); };
            auto begun = through.call(std::move(request), on_reply, until);
            if (begun)
                ticket->emplace(std::move(*begun));
            else
                (*shared)(std::unexpected(begun.error()));
        },
        token, std::move(by), std::move(request), deadline);
}

} // namespace spargio::boundary
