// Memory for coroutine frames.
#include <spargio/detail/frames/frame_pool.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <semaphore>
#include <thread>

namespace bench::micro {
namespace {

constexpr std::size_t frame_bytes = 192;
constexpr std::int64_t together = 256;
using frames = std::array<void*, together>;

void frames_on_one_thread(benchmark::State& state) {
    frames taken;
    while (state.KeepRunningBatch(together)) {
        for (auto& frame : taken) frame = spargio::detail::frame_pool::allocate(frame_bytes);
        benchmark::DoNotOptimize(taken.data());
        for (void* const frame : taken) spargio::detail::frame_pool::release(frame, frame_bytes);
    }
}

/// Allocated here and released there, 256 at a time, in turn: a one-sided flow without two threads at once, so
/// that what is measured is the pool and not the cache lines of a queue. The hand-over itself is outside the
/// time.
void frames_across_threads(benchmark::State& state) {
    frames taken;
    bool ending = false;
    std::binary_semaphore filled{0};
    std::binary_semaphore emptied{0};
    std::chrono::nanoseconds releasing{0};
    using clock = std::chrono::steady_clock;
    std::thread other([&] {
        for (;;) {
            filled.acquire();
            if (ending) return;
            const auto from = clock::now();
            for (void* const frame : taken) spargio::detail::frame_pool::release(frame, frame_bytes);
            releasing = clock::now() - from;
            emptied.release();
        }
    });
    while (state.KeepRunningBatch(together)) {
        const auto from = clock::now();
        for (auto& frame : taken) frame = spargio::detail::frame_pool::allocate(frame_bytes);
        const std::chrono::nanoseconds allocating = clock::now() - from;
        filled.release();
        emptied.acquire();
        state.SetIterationTime(std::chrono::duration<double>(allocating + releasing).count());
    }
    ending = true;
    filled.release();
    other.join();
}

BENCHMARK(frames_on_one_thread)->Name("micro/frame_pool/same_thread");
BENCHMARK(frames_across_threads)->Name("micro/frame_pool/across_threads")->UseManualTime();

} // namespace
} // namespace bench::micro
