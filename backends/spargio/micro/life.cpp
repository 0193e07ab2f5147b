// What a runtime takes to start and to stop, beside the two rings and two threads that it can't do without.
#include "backends/spargio/micro/on_shards.hpp"

#include <spargio/detail/ring/ring.hpp>

#include <array>
#include <memory>
#include <thread>

namespace bench::micro {
namespace {

void start_and_stop(benchmark::State& state) {
    for (auto each : state) {
        static_cast<void>(each);
        auto started = spargio::runtime::start(with_shards(2));
        if (!started) {
            state.SkipWithError(started.error().message.c_str());
            return;
        }
        (*started)->stop();
    }
}

/// Rings of the size and with the flags that the runtime's have; each thread takes its own into use.
bool set_up(io_uring& raw, const spargio::runtime_options& options) {
    io_uring_params asked{};
    asked.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN |
                  IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    asked.cq_entries = options.cq_entries;
    return io_uring_queue_init_params(options.ring_entries, &raw, &asked) == 0;
}

void start_and_stop_by_hand(benchmark::State& state) {
    const spargio::runtime_options options;
    for (auto each : state) {
        static_cast<void>(each);
        std::array<bool, 2> worked{};
        {
            std::array<std::jthread, 2> threads;
            for (std::size_t i = 0; i < 2; ++i)
                threads[i] = std::jthread([&options, &done = worked[i]] {
                    io_uring raw{};
                    if (!set_up(raw, options)) return;
                    done = io_uring_register_ring_fd(&raw) == 1;
                    io_uring_queue_exit(&raw);
                });
        }
        if (!worked[0] || !worked[1]) {
            state.SkipWithError("this kernel has no such ring (6.1)");
            return;
        }
    }
}

BENCHMARK(start_and_stop)->Name("micro/runtime/start_stop_2")->UseRealTime();
BENCHMARK(start_and_stop_by_hand)->Name("micro/runtime/start_stop_2_by_hand")->UseRealTime();

} // namespace
} // namespace bench::micro
