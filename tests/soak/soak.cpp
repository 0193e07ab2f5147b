// A whole runtime under everything at once for as long as asked (make soak): see worries.hpp. At the end the
// books must balance, and memory, files and threads be what they were after the warm-up; the exit code says so.
//
//   soak [SECONDS]        default 60; a fifth of it is the warm-up
#include "tests/soak/balance.hpp"
#include "tests/soak/books.hpp"
#include "tests/soak/holdings.hpp"
#include "tests/soak/worries.hpp"

#include <spargio/spargio.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// While nobody holds more than usual.
soak::holdings weigh(soak::books& ours) {
    ours.weighed = true;
    while (ours.at_a_stop) std::this_thread::sleep_for(1ms);
    const auto found = soak::least_of(50, 20ms);
    ours.weighed = false;
    return found;
}

} // namespace

int main(int count, char** arguments) {
    const auto seconds = std::chrono::duration<double>(count > 1 ? std::atof(arguments[1]) : 60.0);
    soak::books ours;
    auto started = spargio::runtime::start({.shards = soak::shards, .lane_capacity = 64});
    if (!started) {
        std::fprintf(stderr, "soak: %s\n", started.error().message.c_str());
        return 2;
    }
    spargio::runtime& on = **started;
    soak::start_messages(on, ours);
    soak::start_tasks(on, ours);
    soak::start_full_buffers(on, ours);
    soak::start_stuck_openers(on, ours);
    soak::start_unread_streams(on, ours);
    soak::start_moving_timeouts(on, ours);
    std::vector<std::thread> threads;
    soak::start_outside(threads, on, ours);
    soak::start_signals(threads, ours);
    soak::start_mass_stops(threads, ours);

    std::this_thread::sleep_for(seconds / 5);
    const soak::holdings warm = weigh(ours);
    std::this_thread::sleep_for(seconds * 4 / 5);
    const soak::holdings late = weigh(ours);
    ours.over = true;
    for (auto& thread : threads) thread.join();
    soak::wait_until_settled(ours);

    const spargio::shard_stats sums = on.stats().total();
    soak::balance(ours, sums);
    soak::compare(ours, warm, late);
    started->reset();
    soak::print(ours, sums, seconds.count());
    return ours.wrong == 0 ? 0 : 1;
}
