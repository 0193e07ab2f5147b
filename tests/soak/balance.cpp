#include "tests/soak/balance.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

namespace soak {
namespace {

#ifdef SPARGIO_TEST_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

} // namespace

void wait_until_settled(const books& ours) {
    std::uint64_t last = ~std::uint64_t{0};
    for (int still = 0; still < 20;) {
        const std::uint64_t now = ours.answered + ours.ended + ours.outside_received + ours.workers;
        still = now == last ? still + 1 : 0;
        last = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

void balance(books& ours, const spargio::shard_stats& sums) {
    ours.expect_equal(ours.workers, "tasks never came to their end", 0, "are to");
    ours.expect_equal(ours.asked, "questions", ours.answered, "answers");
    ours.expect_equal(ours.from_outside, "messages from outside", ours.outside_received, "arrived");
    ours.expect_equal(ours.spawned, "tasks spawned", ours.ended, "ended");
    ours.expect_equal(ours.spawned, "tasks spawned", ours.joined + ours.let_go, "joined or let go");
    ours.expect_equal(ours.under_lock, "times under the mutex", ours.locked, "times locked");
    ours.expect_equal(sums.messages_sent + ours.from_outside, "sent, say the counters", sums.messages_received,
                      "received");
    ours.expect_equal(sums.completions_lost, "completions lost by the kernel", 0, "allowed");
    ours.expect_equal(ours.bytes_sent, "bytes into full buffers", ours.bytes_received, "came out");
    ours.expect_equal(ours.openers_stuck, "openers were stuck", ours.openers_ended, "ended");
    ours.expect_equal(ours.streams_unread, "streams were not read", ours.neighbours_served,
                      "others beside them were served");
    ours.expect_equal(ours.travels, "travels", ours.travels_ended, "ended");
    ours.expect_equal(ours.left_waiting, "requests in flight at a stop", ours.left_gone, "ended or destroyed");
}

void compare(books& ours, const holdings& warm, const holdings& late) {
    const auto text = [](auto before, auto after, const std::string& unit) {
        return std::to_string(before) + " " + unit + " when warm, " + std::to_string(after) + " at the end";
    };
    // An opener, a neighbour or a thread of the pool may be there at every look of one weighing and at none of
    // the other; what each round lost would be hundreds.
    constexpr auto in_between = 4;
    ours.expect(late.files <= warm.files + in_between, text(warm.files, late.files, "files"));
    ours.expect(late.threads <= warm.threads + in_between, text(warm.threads, late.threads, "threads"));
    // One percent; of a process this small that is a few pages, less than what frame pools differ by.
    const std::uint64_t allowed = std::max<std::uint64_t>(warm.resident_kib / 100, 256);
    const std::string memory = text(warm.resident_kib, late.resident_kib, "KiB");
    // A sanitizer keeps what was freed, and notes of it.
    if constexpr (!sanitized) ours.expect(late.resident_kib <= warm.resident_kib + allowed, memory);
    std::printf("soak: %s\n", memory.c_str());
}

void print(const books& ours, const spargio::shard_stats& sums, double seconds) {
    const std::array<std::pair<std::uint64_t, const char*>, 19> said{{
        {ours.answered, "questions answered"},
        {ours.ended, "tasks"},
        {ours.joined, "joined"},
        {ours.cancelled, "cancelled"},
        {ours.let_go, "let go"},
        {sums.tasks_stolen, "stolen"},
        {ours.locked, "locks"},
        {ours.timers, "timers"},
        {ours.timed_out, "of them ended a wait"},
        {ours.outside_received, "messages from outside"},
        {ours.signals, "signals"},
        {ours.times_full, "buffers full"},
        {ours.openers_ended, "openers stuck"},
        {ours.streams_unread, "streams unread"},
        {ours.travels_ended, "travels"},
        {ours.trips, "trips of them"},
        {ours.left_ended, "requests ended by a stop"},
        {sums.parks, "parks"},
        {sums.bells_sent, "bells"},
    }};
    std::printf("soak: %.0f s", seconds);
    for (const auto& [number, name] : said)
        std::printf(", %s: %llu", name, static_cast<unsigned long long>(number));
    std::printf("; wrong: %llu\n", static_cast<unsigned long long>(ours.wrong));
}

} // namespace soak
