// Giving way while spinning.
//
// A spinning shard may hold the very CPU that the one it waits for needs: more threads than CPUs are at work,
// or the kernel has put both on one. So now and then it offers its CPU (sched_yield(2)). How long that takes
// tells whether somebody else ran: if so the shard gives way early from then on, if not it goes back to doing
// it rarely.
#pragma once

#include <chrono>
#include <cstdint>
#include <thread>

namespace spargio::detail {

class crowding {
public:
    /// Called in each idle round, with the count of them since there was work.
    void idle_round(std::uint32_t round) noexcept {
        if (round % give_way_every_ != 0) return;
        using clock = std::chrono::steady_clock;
        const auto before = clock::now();
        std::this_thread::yield();
        // With nobody to run, the system call comes back within a few hundred ns; two context switches take
        // longer.
        give_way_every_ = clock::now() - before > two_switches ? early : rarely;
    }

private:
    static constexpr std::uint32_t early = 4;   // idle rounds, about 0.1 us
    static constexpr std::uint32_t rarely = 64; // about 2 us
    static constexpr std::chrono::nanoseconds two_switches{1'000};

    std::uint32_t give_way_every_ = rarely;
};

} // namespace spargio::detail
