// A connection to the echo peer on a loop, whose frames go out and come back by callbacks.
#pragma once

#include "backends/libuv/event_loop.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/peer_connection.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bench::on_libuv {

/// A connection on its loop. The loop closes the handle, so this outlives it.
class connection {
public:
    /// Both are called on the loop's thread; the messages live as long as the call.
    connection(frame_flow& flow, std::function<void(std::exception_ptr)> finished,
               std::function<void(std::span<const std::uint64_t>)> hand_over)
        : flow_(flow), finished_(std::move(finished)), hand_over_(std::move(hand_over)) {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() = default;

    /// Before the loop runs.
    void open_on(event_loop& loop, unsigned short port) {
        check(uv_tcp_init(loop.get(), &socket_), "uv_tcp_init");
        socket_.data = this;
        check(uv_tcp_open(&socket_, connect_to_peer(port)), "uv_tcp_open");
        check(uv_read_start(stream(), give_room, take_bytes), "uv_read_start");
    }

    /// On the loop's thread.
    void move(std::uint64_t frames, histogram* into) {
        flow_.begin_step(frames);
        into_ = into;
        moving_ = true;
        if (broken_)
            end(std::make_exception_ptr(std::runtime_error("the echo peer has closed the connection")));
        else if (flow_.step_done())
            end(nullptr);
        else
            write();
    }

private:
    uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }

    static void give_room(uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        const auto room = static_cast<connection*>(handle->data)->flow_.room();
        *into = uv_buf_init(reinterpret_cast<char*>(room.data()), static_cast<unsigned>(room.size()));
    }

    static void take_bytes(uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
        auto& self = *static_cast<connection*>(handle->data);
        if (count < 0) self.fail(static_cast<int>(count));
        if (count > 0) self.take(static_cast<std::size_t>(count));
    }

    void take(std::size_t count) {
        const std::uint64_t before = flow_.frames();
        flow_.take(count);
        if (into_ != nullptr && flow_.frames() != before) into_->record(now_ns() - sent_ns_);
        for (auto batch = flow_.next_batch(); !batch.empty(); batch = flow_.next_batch()) hand_over_(batch);
        // What a computed frame lets out goes out before the next is computed on.
        do {
            if (!queued_ && !broken_) write();
        } while (!broken_ && flow_.compute_next());
        if (!broken_ && flow_.step_done()) end(nullptr);
    }

    void write() {
        if (into_ != nullptr && flow_.may_write() != 0) sent_ns_ = now_ns();
        for (auto parts = flow_.next_write(); !parts.empty(); parts = flow_.next_write()) {
            buffers_.clear();
            for (const auto& part : parts)
                buffers_.push_back(
                    uv_buf_init(static_cast<char*>(part.iov_base), static_cast<unsigned>(part.iov_len)));
            const int sent = uv_try_write(stream(), buffers_.data(), static_cast<unsigned>(buffers_.size()));
            if (sent < 0 && sent != UV_EAGAIN) return fail(sent);
            if (queue_rest(sent < 0 ? 0 : static_cast<std::size_t>(sent))) return;
        }
    }

    /// Whether there was one.
    bool queue_rest(std::size_t sent) {
        std::size_t first = 0;
        for (; first < buffers_.size() && sent >= buffers_[first].len; ++first) sent -= buffers_[first].len;
        if (first == buffers_.size()) return false;
        buffers_[first].base += sent;
        buffers_[first].len -= sent;
        queued_ = true;
        request_.data = this;
        const int status =
            uv_write(&request_, stream(), buffers_.data() + first,
                     static_cast<unsigned>(buffers_.size() - first), [](uv_write_t* request, int failed) {
                         auto& self = *static_cast<connection*>(request->data);
                         self.queued_ = false;
                         if (failed < 0) return self.fail(failed);
                         self.write();
                     });
        if (status < 0) fail(status);
        return true;
    }

    void end(std::exception_ptr failure) {
        moving_ = false;
        finished_(std::move(failure));
    }

    void fail(int status) {
        if (broken_) return;
        broken_ = true;
        uv_read_stop(stream());
        // Between steps the flow is not this thread's.
        if (moving_)
            end(std::make_exception_ptr(
                std::runtime_error(std::string("talking to the echo peer: ") + uv_strerror(status))));
    }

    frame_flow& flow_;
    std::function<void(std::exception_ptr)> finished_;
    std::function<void(std::span<const std::uint64_t>)> hand_over_;
    uv_tcp_t socket_;
    uv_write_t request_;
    std::vector<uv_buf_t> buffers_;
    histogram* into_ = nullptr;
    std::uint64_t sent_ns_ = 0;
    bool moving_ = false; // a step
    bool queued_ = false;
    bool broken_ = false;
};

} // namespace bench::on_libuv
