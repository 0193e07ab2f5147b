// W37 with a loop a worker, over which the listeners are spread; a connection stays on the loop that accepted
// it. What was read is answered by uv_try_write, as libuv's guide has it, and queued where that took nothing.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/churn_service.hpp"
#include "workloads/peer/loopback_listener.hpp"

#include <array>
#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench::on_libuv {
namespace {

constexpr int backlog = 4096;

std::exception_ptr failure_of(int status, const char* call) {
    return std::make_exception_ptr(std::runtime_error(std::string(call) + ": " + uv_strerror(status)));
}

/// Deletes itself when libuv has closed the handle.
class served_client {
public:
    static void accept_from(uv_stream_t* listener, churn_service& service) {
        auto made = std::make_unique<served_client>(service);
        if (const int status = uv_tcp_init(listener->loop, &made->socket_); status < 0)
            return service.fail(failure_of(status, "uv_tcp_init"));
        auto* const client = made.release(); // the loop's from here on
        client->socket_.data = client;
        int status = uv_accept(listener, client->stream());
        if (status == 0) status = uv_read_start(client->stream(), give_room, take_bytes);
        if (status == 0) return;
        service.fail(failure_of(status, "uv_accept"));
        client->close();
    }

    explicit served_client(churn_service& service) : service_(service) {}
    served_client(const served_client&) = delete;
    served_client& operator=(const served_client&) = delete;
    ~served_client() = default;

private:
    uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }

    static void give_room(uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        auto& self = *static_cast<served_client*>(handle->data);
        *into = uv_buf_init(self.room_.data() + self.got_,
                            static_cast<unsigned>(self.service_.frame_bytes() - self.got_));
    }

    static void take_bytes(uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
        auto& self = *static_cast<served_client*>(handle->data);
        if (count < 0) {
            self.service_.fail_short();
            return self.close();
        }
        self.got_ += static_cast<std::size_t>(count);
        if (self.got_ == self.service_.frame_bytes()) self.answer();
    }

    void answer() {
        uv_read_stop(stream());
        uv_buf_t frame = uv_buf_init(room_.data(), static_cast<unsigned>(got_));
        const int sent = uv_try_write(stream(), &frame, 1);
        if (sent == static_cast<int>(got_)) return finish(0);
        if (sent < 0 && sent != UV_EAGAIN) return finish(sent);
        const auto done = sent < 0 ? 0u : static_cast<unsigned>(sent);
        frame = uv_buf_init(room_.data() + done, static_cast<unsigned>(got_) - done);
        request_.data = this;
        const int status = uv_write(&request_, stream(), &frame, 1, [](uv_write_t* request, int failed) {
            static_cast<served_client*>(request->data)->finish(failed);
        });
        if (status < 0) finish(status);
    }

    void finish(int status) {
        if (status < 0)
            service_.fail(failure_of(status, "answering a client"));
        else
            service_.served();
        close();
    }

    void close() {
        uv_close(reinterpret_cast<uv_handle_t*>(&socket_), [](uv_handle_t* handle) {
            const std::unique_ptr<served_client> gone(static_cast<served_client*>(handle->data));
        });
    }

    churn_service& service_;
    std::size_t got_ = 0;
    uv_tcp_t socket_;
    uv_write_t request_;
    std::array<char, most_churn_frame_bytes> room_;
};

/// The loop closes the handle, so this outlives it.
class door {
public:
    door(churn_service& service, std::size_t index) : service_(service) {
        service.serve_at(index, listener_.port());
    }
    door(const door&) = delete;
    door& operator=(const door&) = delete;
    ~door() = default;

    /// Before the loop runs.
    void open_on(event_loop& loop) {
        check(uv_tcp_init(loop.get(), &socket_), "uv_tcp_init");
        socket_.data = this;
        check(uv_tcp_open(&socket_, listener_.socket()), "uv_tcp_open");
        (void)listener_.take(); // the handle's now
        check(uv_listen(reinterpret_cast<uv_stream_t*>(&socket_), backlog,
                        [](uv_stream_t* handle, int status) {
                            auto& service = static_cast<door*>(handle->data)->service_;
                            if (status < 0) return service.fail(failure_of(status, "listening"));
                            served_client::accept_from(handle, service);
                        }),
              "uv_listen");
    }

private:
    churn_service& service_;
    loopback_listener listener_;
    uv_tcp_t socket_;
};

class churn_session final : public session {
public:
    explicit churn_session(const churn_shape& shape) : service_(shape) {
        for (std::size_t i = 0; i < churn_listeners; ++i) doors_.emplace_back(service_, i);
        for (std::size_t worker = 0; worker < shape.workers; ++worker) {
            auto& loop = loops_.emplace_back().loop();
            for (std::size_t i = worker; i < churn_listeners; i += shape.workers) doors_[i].open_on(loop);
        }
        for (auto& loop : loops_) loop.start();
    }

    slice_outcome run(const slice_order& order, recorder&) override { return service_.run(order); }

private:
    churn_service service_;
    std::deque<door> doors_;
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_churn(const churn_shape& shape) { return std::make_unique<churn_session>(shape); }

} // namespace bench::on_libuv
