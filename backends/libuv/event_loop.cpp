#include "backends/libuv/event_loop.hpp"

#include <stdexcept>
#include <string>

namespace bench::on_libuv {

void check(int status, const char* call) {
    if (status < 0) throw std::runtime_error(std::string(call) + ": " + uv_strerror(status));
}

event_loop::~event_loop() {
    // Handles of a loop that never ran, or whose set-up threw half-way, are closed here.
    close_handles();
    run();
    uv_loop_close(&loop_);
}

void event_loop::close_handles() {
    uv_walk(
        &loop_,
        [](uv_handle_t* handle, void*) {
            if (!uv_is_closing(handle)) uv_close(handle, nullptr);
        },
        nullptr);
}

loop_thread::loop_thread()
    : jobs_([](std::span<std::function<void()>> jobs) {
          for (auto& job : jobs) job();
      }) {
    jobs_.open_on(loop_);
}

loop_thread::~loop_thread() {
    if (!thread_.joinable()) return;
    post([this] { loop_.close_handles(); });
    thread_.join();
}

} // namespace bench::on_libuv
