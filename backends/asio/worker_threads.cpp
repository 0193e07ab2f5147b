#include "backends/asio/worker_threads.hpp"

namespace bench::on_asio {
namespace {

// poll() takes the context's mutex: polled without a break, it keeps a thread that posts from getting it.
constexpr int pauses_after_empty_poll = 16;

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#else
    std::this_thread::yield();
#endif
}

thread_local std::size_t current_worker = 0;

} // namespace

std::size_t worker_threads::current() noexcept { return current_worker; }

void poll_gently(asio::io_context& io) {
    if (io.poll() != 0) return;
    for (int i = 0; i < pauses_after_empty_poll; ++i) pause();
}

worker_threads::worker_threads(std::size_t workers, context_layout layout, polling poll) {
    if (layout == context_layout::pool) {
        contexts_.push_back(std::make_unique<kept_context>(static_cast<int>(workers)));
    } else {
        for (std::size_t i = 0; i < workers; ++i) contexts_.push_back(std::make_unique<kept_context>(1));
    }
    try {
        for (std::size_t i = 0; i < workers; ++i)
            threads_.emplace_back([this, &io = context(i), poll, i] {
                current_worker = i;
                serve(io, poll);
            });
    } catch (...) {
        join();
        throw;
    }
}

worker_threads::~worker_threads() { join(); }

void worker_threads::join() noexcept {
    end_slice();
    for (auto& context : contexts_) context->guard.reset();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void worker_threads::serve(asio::io_context& io, polling poll) {
    if (poll == polling::off) {
        io.run();
        return;
    }
    while (!io.stopped()) {
        io.run_one();
        while (in_slice_.load(std::memory_order_relaxed)) poll_gently(io);
    }
}

} // namespace bench::on_asio
