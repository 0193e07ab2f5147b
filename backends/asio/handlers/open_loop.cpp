// W38 with handlers: each connection has a timer for its next request and a read under way. Where any thread
// may run them, what writes and what reads would run at once: there each connection has a strand.
#include "backends/asio/handlers/slice_of_shares.hpp"
#include "backends/asio/sessions.hpp"
#include "backends/asio/stream_set.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

using error = boost::system::error_code;
using clock = std::chrono::steady_clock;
using timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type>;

using context_executor = asio::io_context::executor_type;

/// One connection's requests. `Executor`: of one thread, or a strand.
template <class Executor>
class requester {
public:
    requester(peer_socket& socket, open_loop_line& line, slice_of_shares& slice)
        : executor_(socket.get_executor()), socket_(socket), line_(line), slice_(slice),
          timer_(socket.get_executor()) {}

    /// On the connection's context.
    void begin() {
        asio::dispatch(executor_, [this] {
            if (ended()) return slice_.end(); // it has none
            read();
            write();
        });
    }

    /// Ends what waits, so that the context runs out of work. Any thread.
    void close() {
        asio::post(executor_, [this] {
            boost::system::error_code ignored;
            timer_.cancel(ignored);
            socket_.close(ignored);
        });
    }

private:
    void write() {
        if (line_.all_written()) return;
        const std::uint64_t due_ns = line_.next_due_ns();
        if (now_ns() < due_ns) {
            timer_.expires_at(clock::time_point(std::chrono::nanoseconds(due_ns)));
            timer_.async_wait(there([this](error failure) { failure ? fail(failure) : write(); }));
            return;
        }
        const auto frame = line_.next_write();
        writing_ = true;
        asio::async_write(socket_, asio::buffer(frame[0].iov_base, frame[0].iov_len),
                          there([this](error failure, std::size_t) {
                              if (failure) return fail(failure);
                              writing_ = false;
                              if (ended()) return slice_.end();
                              write();
                          }));
    }

    void read() {
        const auto room = line_.room();
        socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                there([this](error failure, std::size_t count) {
                                    if (failure) return fail(failure);
                                    line_.take(count);
                                    if (ended()) return slice_.end();
                                    if (!line_.all_back()) read();
                                }));
    }

    /// The handler, to be run by the connection's executor; as it is where that is the socket's own.
    template <class Handler>
    [[nodiscard]] auto there(Handler handler) const {
        if constexpr (std::is_same_v<Executor, context_executor>)
            return handler;
        else
            return asio::bind_executor(executor_, std::move(handler));
    }

    /// The last answer may come before the handler of its request was called.
    [[nodiscard]] bool ended() const { return line_.all_back() && !writing_; }

    void fail(const error& failure) {
        slice_.fail(std::make_exception_ptr(boost::system::system_error(failure, "talking to the echo peer")));
    }

    Executor executor_;
    peer_socket& socket_;
    open_loop_line& line_;
    slice_of_shares& slice_;
    timer timer_;
    bool writing_ = false;
};

template <class Executor>
class open_loop_session final : public session {
public:
    open_loop_session(const open_loop_shape& shape, context_layout layout, polling poll)
        : lines_(shape), workers_(shape.workers, layout, poll), sockets_(workers_, shape.connections) {
        for (std::size_t i = 0; i < lines_.size(); ++i)
            requesters_.emplace_back(sockets_[i], lines_[i], slice_);
    }
    ~open_loop_session() override {
        for (auto& each : requesters_) each.close();
        workers_.join();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        lines_.begin(order);
        slice_.run(workers_, lines_.size(), [this](std::size_t one) { requesters_[one].begin(); });
        return lines_.end(into);
    }

private:
    open_loop_lines lines_;
    slice_of_shares slice_;
    worker_threads workers_;
    stream_set sockets_;
    std::deque<requester<Executor>> requesters_;
};

} // namespace

std::unique_ptr<session> make_open_loop(const open_loop_shape& shape, context_layout layout, polling poll) {
    if (layout == context_layout::pool)
        return std::make_unique<open_loop_session<asio::strand<context_executor>>>(shape, layout, poll);
    return std::make_unique<open_loop_session<context_executor>>(shape, layout, poll);
}

} // namespace bench::on_asio
