// What the soak has done and what came of it: at the end one must balance the other.
#pragma once

#include <spargio/spargio.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace soak {

constexpr std::uint32_t shards = 4;

using count = std::atomic<std::uint64_t>;

/// By kind; each is added to by whoever does it.
struct books {
    count asked{0};
    count answered{0};
    count spawned{0};
    count joined{0};
    count cancelled{0};
    count let_go{0};
    count timers{0};
    count timed_out{0};
    count ended{0}; ///< of all spawned
    count from_outside{0};
    count outside_received{0};
    count signals{0};
    std::uint64_t under_lock = 0; ///< guarded by `lock`
    count locked{0};
    spargio::mutex lock;
    spargio::semaphore units{3};
    std::atomic<int> units_out{0};

    count bytes_sent{0}; ///< into buffers that were full now and then
    count bytes_received{0};
    count times_full{0};
    count openers_stuck{0};
    count openers_ended{0};
    count streams_unread{0};
    count neighbours_served{0}; ///< of streams that nobody read
    count travels{0};           ///< of tasks with a deadline
    count travels_ended{0};
    count trips{0};
    count left_waiting{0}; ///< requests in flight when a runtime was stopped
    count left_ended{0};   ///< of them, whose tasks came to their end
    count left_gone{0};    ///< of them, whose frames are gone

    std::atomic<bool> over{false};
    std::atomic<bool> weighed{false}; ///< nobody is to hold more than usual
    std::atomic<bool> at_a_stop{
        false}; ///< a runtime of many requests is there, or is about to look at `weighed`
    count wrong{0};
    count workers{0}; ///< tasks that go on until it is over

    void expect(bool right, const std::string& claim) {
        if (right) return;
        if (wrong.fetch_add(1) < 20) std::fprintf(stderr, "soak: %s\n", claim.c_str());
    }
    void expect_equal(std::uint64_t left, const char* left_name, std::uint64_t right, const char* right_name) {
        expect(left == right,
               std::to_string(left) + " " + left_name + ", " + std::to_string(right) + " " + right_name);
    }
    [[nodiscard]] bool goes_on() const noexcept { return !over.load(std::memory_order_relaxed); }

    /// A task that goes on until it is over, and says then that it has ended.
    void employ(spargio::runtime& on, spargio::task<> work, spargio::placement where) {
        workers.fetch_add(1);
        on.spawn(until_its_end(*this, std::move(work)), where).detach();
    }

private:
    static spargio::task<> until_its_end(books& ours, spargio::task<> work) {
        co_await std::move(work);
        ours.workers.fetch_sub(1);
    }
};

/// Adds one.
inline void note(count& of) noexcept { of.fetch_add(1, std::memory_order_relaxed); }

} // namespace soak
