// W60 to W64 with a loop a worker. The first loop accepts, and deals the connections out by turns:
// libuv has no way to hand a stream to another loop, so its descriptor goes there (uv_tcp_open). What a read
// has brought is answered by uv_try_write, as libuv's guide has it, and queued where that took nothing; reading
// goes on when it is out. Branches are computed on the loop, one after the other: a work request takes longer
// to go to the pool and back than one of them.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/ground/serve_service.hpp"
#include "workloads/peer/own_listener.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <exception>
#include <span>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench::on_libuv {
namespace {

/// A connection on its loop, which closes the handle: so this outlives it.
class served_connection {
public:
    explicit served_connection(connection_answers answers) : answers_(std::move(answers)) {}
    served_connection(const served_connection&) = delete;
    served_connection& operator=(const served_connection&) = delete;
    ~served_connection() = default;

    /// On that loop's thread. Takes the descriptor.
    void serve_on(uv_loop_t* loop, int descriptor) {
        if (uv_tcp_init(loop, &socket_) < 0) {
            ::close(descriptor);
            return;
        }
        socket_.data = this;
        if (uv_tcp_open(&socket_, descriptor) < 0) {
            ::close(descriptor);
            return close();
        }
        read();
    }

private:
    uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }

    void read() {
        const auto give_room = [](uv_handle_t* handle, std::size_t, uv_buf_t* into) {
            auto& self = *static_cast<served_connection*>(handle->data);
            *into = uv_buf_init(reinterpret_cast<char*>(self.room_.data() + self.got_),
                                static_cast<unsigned>(self.room_.size() - self.got_));
        };
        const int status =
            uv_read_start(stream(), give_room, [](uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
                auto& self = *static_cast<served_connection*>(handle->data);
                if (count < 0) return self.close(); // the end, or a reset: the client's affair
                if (count > 0) self.take(static_cast<std::size_t>(count));
            });
        if (status < 0) close();
    }

    void take(std::size_t count) {
        got_ += count;
        taken_ = answers_.take(std::span(room_).first(got_));
        if (taken_.answers.empty()) return finish();
        // libuv only reads from it.
        auto* const bytes = const_cast<char*>(reinterpret_cast<const char*>(taken_.answers.data()));
        uv_buf_t answers = uv_buf_init(bytes, static_cast<unsigned>(taken_.answers.size()));
        const int sent = uv_try_write(stream(), &answers, 1);
        if (sent < 0 && sent != UV_EAGAIN) return close();
        const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
        if (done == answers.len) return finish();
        uv_read_stop(stream());
        answers.base += done;
        answers.len -= done;
        request_.data = this;
        const int status = uv_write(&request_, stream(), &answers, 1, [](uv_write_t* request, int failed) {
            auto& self = *static_cast<served_connection*>(request->data);
            if (failed < 0) return self.close();
            self.finish();
            if (self.taken_.goes_on) self.read();
        });
        if (status < 0) close();
    }

    /// The answers are out: what is left is the beginning of a request.
    void finish() {
        if (!taken_.goes_on) return close();
        if (taken_.count == 0) return;
        got_ -= taken_.count;
        std::memmove(room_.data(), room_.data() + taken_.count, got_);
    }

    void close() {
        auto* const handle = reinterpret_cast<uv_handle_t*>(&socket_);
        if (!uv_is_closing(handle)) uv_close(handle, nullptr);
    }

    connection_answers answers_;
    connection_answers::taken taken_{}; ///< last; its answers may be under way
    std::size_t got_ = 0;
    uv_tcp_t socket_{};
    uv_write_t request_{};
    std::array<std::byte, serve_room_bytes> room_;
};

class serve_session final : public session {
public:
    serve_session(const serve_shape& shape, answering manner) : answering_(manner), service_(shape) {
        service_.serve_at(listener_.port());
        if (::fcntl(listener_.socket(), F_SETFL, O_NONBLOCK) != 0)
            throw std::system_error(errno, std::system_category(), "fcntl");
        for (std::size_t worker = 0; worker < shape.workers; ++worker) loops_.emplace_back();
        door_.data = this;
        check(uv_poll_init(loops_.front().loop().get(), &door_, listener_.socket()), "uv_poll_init");
        check(uv_poll_start(
                  &door_, UV_READABLE,
                  [](uv_poll_t* handle, int, int) { static_cast<serve_session*>(handle->data)->accept_all(); }),
              "uv_poll_start");
        for (auto& loop : loops_) loop.start();
    }

    /// The loop that accepts and deals out ends first.
    ~serve_session() override {
        while (!loops_.empty()) loops_.pop_front();
    }

    slice_outcome run(const slice_order& order, recorder& into) override { return service_.run(order, into); }

private:
    void accept_all() {
        for (;;) {
            const int descriptor =
                ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (descriptor >= 0) {
                auto& made = connections_.emplace_back(connection_answers(answering_, service_.frame_bytes()));
                auto& loop = loops_[next_++ % loops_.size()];
                if (&loop == &loops_.front())
                    made.serve_on(loop.loop().get(), descriptor);
                else
                    loop.post([&made, &loop, descriptor] { made.serve_on(loop.loop().get(), descriptor); });
            } else if (errno == EAGAIN) {
                return;
            } else if (errno != EINTR && errno != ECONNABORTED) {
                return service_.fail(std::make_exception_ptr(
                    std::system_error(errno, std::system_category(), "accepting a client")));
            }
        }
    }

    const answering answering_;
    serve_service service_;
    own_listener listener_;
    std::deque<served_connection> connections_; // the list is the first loop's, each of them its own loop's
    std::size_t next_ = 0;                      // of the first loop
    uv_poll_t door_{};
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_serve(const serve_shape& shape, answering manner) {
    return std::make_unique<serve_session>(shape, manner);
}

} // namespace bench::on_libuv
