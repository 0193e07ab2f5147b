// The threads of a floor session: asleep in the kernel between slices, the session's own within one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace bench::by_hand {

class crew {
public:
    explicit crew(std::size_t size);
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;
    ~crew();

    /// Runs job(0) … job(size-1), each on its own thread, and returns when all have returned. Called from one
    /// thread at a time; a job that throws ends the process.
    void run(const std::function<void(std::size_t)>& job);

    /// The same for jobs that may throw, and that end without the others: throws what the first one threw, when
    /// all have ended.
    template <class Job>
    void run_throwing(Job job) {
        std::atomic<bool> failed{false};
        std::exception_ptr failure;
        run([&](std::size_t index) {
            try {
                job(index);
            } catch (...) {
                if (!failed.exchange(true, std::memory_order_relaxed)) failure = std::current_exception();
            }
        });
        if (failure) std::rethrow_exception(failure);
    }

    [[nodiscard]] std::size_t size() const noexcept { return threads_.size(); }

private:
    void serve(std::size_t index) noexcept;

    const std::function<void(std::size_t)>* job_ = nullptr; ///< null asks the threads to end
    std::atomic<std::uint32_t> turn_{0};                    ///< counted up when job_ is to be run
    std::atomic<std::uint32_t> busy_{0};                    ///< threads still in the job
    std::vector<std::thread> threads_;
};

} // namespace bench::by_hand
