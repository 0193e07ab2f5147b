#include "backends/libuv/own_server.hpp"

#include <cstddef>

namespace bench::on_libuv {
namespace {

constexpr int backlog = 4096;

} // namespace

void echo_connection::accept_from(uv_stream_t* listener) {
    if (uv_tcp_init(listener->loop, &socket_) < 0) return;
    socket_.data = this;
    if (uv_accept(listener, stream()) < 0) return close();
    read();
}

void echo_connection::read() {
    const auto give_room = [](uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        auto& self = *static_cast<echo_connection*>(handle->data);
        *into = uv_buf_init(self.chunk_.data(), static_cast<unsigned>(self.chunk_.size()));
    };
    const int status =
        uv_read_start(stream(), give_room, [](uv_stream_t* handle, ssize_t count, const uv_buf_t*) {
            auto& self = *static_cast<echo_connection*>(handle->data);
            if (count < 0) return self.close();
            if (count > 0) self.write(static_cast<std::size_t>(count));
        });
    if (status < 0) close();
}

/// At once; what the socket has no room for is queued, and read on after that.
void echo_connection::write(std::size_t count) {
    uv_buf_t bytes = uv_buf_init(chunk_.data(), static_cast<unsigned>(count));
    const int sent = uv_try_write(stream(), &bytes, 1);
    if (sent < 0 && sent != UV_EAGAIN) return close();
    const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    if (done == count) return;
    uv_read_stop(stream());
    bytes = uv_buf_init(chunk_.data() + done, static_cast<unsigned>(count - done));
    request_.data = this;
    const int status = uv_write(&request_, stream(), &bytes, 1, [](uv_write_t* request, int failed) {
        auto& self = *static_cast<echo_connection*>(request->data);
        failed < 0 ? self.close() : self.read();
    });
    if (status < 0) close();
}

void echo_connection::close() {
    auto* const handle = reinterpret_cast<uv_handle_t*>(&socket_);
    if (!uv_is_closing(handle)) uv_close(handle, nullptr);
}

void echo_door::open_on(event_loop& loop) {
    check(uv_tcp_init(loop.get(), &socket_), "uv_tcp_init");
    socket_.data = this;
    check(uv_tcp_open(&socket_, listener_.socket()), "uv_tcp_open");
    (void)listener_.take(); // the handle's now
    check(uv_listen(reinterpret_cast<uv_stream_t*>(&socket_), backlog,
                    [](uv_stream_t* handle, int status) {
                        if (status < 0) return; // of one connection, which sees it
                        static_cast<echo_door*>(handle->data)->connections_.emplace_back().accept_from(handle);
                    }),
          "uv_listen");
}

} // namespace bench::on_libuv
