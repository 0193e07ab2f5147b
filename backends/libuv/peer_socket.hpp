// A connection to the echo peer on its loop: reading stays on, a write is tried at once and queued only where
// the socket is full, as libuv's guide has it (W38, W39).
#pragma once

#include "backends/libuv/event_loop.hpp"
#include "workloads/peer/peer_connection.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include <sys/uio.h>
#include <uv.h>

namespace bench::on_libuv {

/// The loop closes the handle, so this outlives it. On the loop's thread.
class peer_socket {
public:
    /// Where the next bytes go.
    using room_function = std::function<std::span<std::byte>()>;
    /// So many bytes have come there; or an error of libuv's, below 0, after which nothing comes.
    using take_function = std::function<void(ssize_t)>;

    peer_socket(room_function room, take_function take) : room_(std::move(room)), take_(std::move(take)) {}
    peer_socket(const peer_socket&) = delete;
    peer_socket& operator=(const peer_socket&) = delete;
    ~peer_socket() = default;

    /// Before the loop runs.
    void open_on(event_loop& loop) {
        check(uv_tcp_init(loop.get(), &socket_), "uv_tcp_init");
        socket_.data = this;
        check(uv_tcp_open(&socket_, connect_to_peer()), "uv_tcp_open");
        check(uv_read_start(stream(), give_room, take_bytes), "uv_read_start");
    }

    /// All of it, now or when there is room. A failure goes to `take`.
    void write(const iovec& part) {
        uv_buf_t bytes = uv_buf_init(static_cast<char*>(part.iov_base), static_cast<unsigned>(part.iov_len));
        const int sent = queued_ == 0 ? uv_try_write(stream(), &bytes, 1) : UV_EAGAIN;
        if (sent == static_cast<int>(part.iov_len)) return;
        if (sent < 0 && sent != UV_EAGAIN) return take_(sent);
        const auto done = sent < 0 ? std::size_t{0} : static_cast<std::size_t>(sent);
        auto rest = std::make_unique<queued>(*this, bytes.base + done, part.iov_len - done);
        uv_buf_t left = uv_buf_init(rest->bytes.data(), static_cast<unsigned>(rest->bytes.size()));
        const int status = uv_write(&rest->request, stream(), &left, 1, [](uv_write_t* request, int failed) {
            const std::unique_ptr<queued> ended(static_cast<queued*>(request->data));
            --ended->of.queued_;
            if (failed < 0) ended->of.take_(failed);
        });
        if (status < 0) return take_(status);
        ++queued_;
        [[maybe_unused]] auto* const kept = rest.release(); // the callback's
    }

private:
    /// A write that has to wait, with its own copy: the caller uses its buffer again.
    struct queued {
        queued(peer_socket& whose, const char* from, std::size_t count) : of(whose), bytes(from, from + count) {
            request.data = this;
        }
        peer_socket& of;
        std::vector<char> bytes;
        uv_write_t request{};
    };

    uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }

    static void give_room(uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        const auto room = static_cast<peer_socket*>(handle->data)->room_();
        *into = uv_buf_init(reinterpret_cast<char*>(room.data()), static_cast<unsigned>(room.size()));
    }
    static void take_bytes(uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
        auto& self = *static_cast<peer_socket*>(handle->data);
        if (count < 0) uv_read_stop(handle);
        if (count != 0) self.take_(count);
    }

    room_function room_;
    take_function take_;
    uv_tcp_t socket_{};
    std::size_t queued_ = 0;
};

/// The end of a slice that loops do apart: the last of them announces it, or the first that fails. Any thread.
class shared_end {
public:
    /// Calls `start` and waits until end() was called so often, or fail() once. Throws what failed; after a
    /// failure every further slice fails the same.
    template <class Start>
    void run(std::size_t shares, Start start) {
        rethrow();
        slice_end reached;
        {
            const std::lock_guard lock(mutex_);
            left_ = shares;
            reached_ = &reached;
        }
        start();
        reached.wait();
        rethrow();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        if (--left_ == 0 && reached_ != nullptr) std::exchange(reached_, nullptr)->announce();
    }
    void fail(std::exception_ptr why) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(why);
        if (reached_ != nullptr) std::exchange(reached_, nullptr)->announce();
    }

private:
    void rethrow() {
        const std::lock_guard lock(mutex_);
        if (failure_) std::rethrow_exception(failure_);
    }

    std::mutex mutex_;
    std::size_t left_ = 0;
    slice_end* reached_ = nullptr;
    std::exception_ptr failure_;
};

} // namespace bench::on_libuv
