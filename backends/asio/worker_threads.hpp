// The threads of an Asio session and the io_contexts they run.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace bench::on_asio {

namespace asio = boost::asio;

/// Which threads run which io_context.
enum class context_layout {
    worker, ///< an io_context a worker, with concurrency hint 1
    pool,   ///< one io_context for all workers
};
/// What a worker does during a slice when it has nothing to run.
enum class polling {
    off, ///< blocks in io_context::run
    on,  ///< calls io_context::poll again and again
};

/// One turn of a spinning worker.
void poll_gently(asio::io_context& io);

class worker_threads {
public:
    worker_threads(std::size_t workers, context_layout layout, polling poll);
    worker_threads(const worker_threads&) = delete;
    worker_threads& operator=(const worker_threads&) = delete;
    ~worker_threads();

    /// The context of a worker; with `pool` it is the same for all.
    [[nodiscard]] asio::io_context& context(std::size_t worker) noexcept {
        return contexts_[worker % contexts_.size()]->io;
    }
    [[nodiscard]] std::size_t workers() const noexcept { return threads_.size(); }

    /// The number of the worker that this thread is; with `pool` all run the one context.
    [[nodiscard]] static std::size_t current() noexcept;

    /// Lets the threads end when their contexts have no work left, and waits for that. For sessions that give
    /// up what they have on the contexts before; the destructor does it otherwise.
    void join() noexcept;

    /// A slice begins and ends: only in between may the workers spin.
    void begin_slice() noexcept { in_slice_.store(true, std::memory_order_relaxed); }
    void end_slice() noexcept { in_slice_.store(false, std::memory_order_relaxed); }

private:
    /// Aligned, because two contexts are used by two threads.
    struct alignas(128) kept_context {
        explicit kept_context(int concurrency_hint) : io(concurrency_hint), guard(io.get_executor()) {}
        asio::io_context io;
        asio::executor_work_guard<asio::io_context::executor_type> guard;
    };

    void serve(asio::io_context& io, polling poll);
    std::vector<std::unique_ptr<kept_context>> contexts_;
    std::atomic<bool> in_slice_{false};
    std::vector<std::thread> threads_;
};

/// A slice during which the workers may spin.
class spinning_slice {
public:
    explicit spinning_slice(worker_threads& workers) : workers_(workers) { workers_.begin_slice(); }
    spinning_slice(const spinning_slice&) = delete;
    spinning_slice& operator=(const spinning_slice&) = delete;
    ~spinning_slice() { workers_.end_slice(); }

private:
    worker_threads& workers_;
};

/// One slice on the workers: what the session's caller waits for.
class running_slice {
public:
    explicit running_slice(worker_threads& workers) : spinning_(workers) {}

    void announce_end() { done_.release(); }
    void wait() { done_.acquire(); }

private:
    spinning_slice spinning_;
    std::binary_semaphore done_{0};
};

} // namespace bench::on_asio
