// A whole runtime under everything at once for as long as asked (make soak): messages there and back, tasks
// that are stolen, joined, cancelled and let go, a mutex and a semaphore over all shards, threads from outside,
// and signals. At the end the books must balance, and memory, files and threads be what they were after the
// warm-up.
//
//   soak [SECONDS]        default 60; a fifth of it is the warm-up
#include "tests/stress/stress.hpp"

#include <spargio/spargio.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using namespace spargio;
using namespace std::chrono_literals;

constexpr std::uint32_t shards = 4;
constexpr std::uint32_t question = 1;

/// What was done, by kind; each is added to by whoever does it.
struct books {
    std::atomic<std::uint64_t> asked{0};
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> spawned{0};
    std::atomic<std::uint64_t> joined{0};
    std::atomic<std::uint64_t> cancelled{0};
    std::atomic<std::uint64_t> let_go{0};
    std::atomic<std::uint64_t> timers{0};
    std::atomic<std::uint64_t> timed_out{0};
    std::atomic<std::uint64_t> ended{0}; ///< of all spawned
    std::atomic<std::uint64_t> from_outside{0};
    std::atomic<std::uint64_t> outside_received{0};
    std::atomic<std::uint64_t> signals{0};
    std::uint64_t under_lock = 0; ///< guarded by `lock`
    std::atomic<std::uint64_t> locked{0};
    mutex lock;
    semaphore units{3};
    std::atomic<int> units_out{0};
    std::atomic<bool> over{false};
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> workers{0}; ///< tasks that go on until it is over

    void expect(bool right, const char* claim) {
        if (right) return;
        if (wrong.fetch_add(1) < 20) std::fprintf(stderr, "soak: %s\n", claim);
    }
};

books* all = nullptr;

extern "C" void take_signal(int) { all->signals.fetch_add(1, std::memory_order_relaxed); }

task<> answer_later(std::uint32_t to, std::uint64_t value) {
    (void)co_await this_shard::remote(to).send(question + 1, value);
}

/// Answers what other shards ask, and counts what comes from outside, until the runtime stops.
task<> serve(books& ours) {
    for (;;) {
        const auto got = co_await this_shard::next_event();
        if (!got) break;
        if (got->source == event::outside) {
            ours.outside_received.fetch_add(1, std::memory_order_relaxed);
        } else if (got->tag == question) {
            // It must not wait for room: all servers might, each for another that does not take either.
            if (!this_shard::remote(got->source).post(question + 1, got->value))
                spawn(answer_later(got->source, got->value), pinned{this_shard::id()}).detach();
        } else {
            ours.answered.fetch_add(1, std::memory_order_relaxed);
        }
    }
}

/// Bursts and pauses, so that lanes fill up and shards fall asleep.
task<> ask(books& ours) {
    stress::dice random(this_shard::id() + 1);
    while (!ours.over.load(std::memory_order_relaxed)) {
        const bool enough = ours.asked.load() - ours.answered.load() > 4096; // or memory grows with the backlog
        for (std::uint32_t burst = enough ? 0 : random.roll(64); burst > 0; --burst) {
            const auto done = co_await this_shard::remote(random.roll(shards)).send(question, burst);
            if (!done) break;
            ours.asked.fetch_add(1, std::memory_order_relaxed);
        }
        co_await yield();
    }
    ours.workers.fetch_sub(1);
}

task<std::uint64_t> tree(books& ours, std::uint32_t depth, std::uint64_t seed) {
    std::uint64_t leaves = 1;
    if (depth > 0) {
        auto left = spawn(tree(ours, depth - 1, seed * 2));
        auto right = tree(ours, depth - 1, seed * 2 + 1);
        ours.spawned.fetch_add(1, std::memory_order_relaxed);
        leaves = co_await std::move(right);
        leaves += co_await std::move(left);
        ours.joined.fetch_add(1, std::memory_order_relaxed);
        ours.ended.fetch_add(1, std::memory_order_relaxed);
    } else {
        stress::work(static_cast<std::uint32_t>(seed % 500));
    }
    co_return leaves;
}

task<> wait_for_ever(books& ours) {
    channel<int> silent(1);
    const auto got = co_await silent.receive();
    ours.expect(!got && (got.error() == errc::canceled || got.error() == errc::closed),
                "a silent channel spoke");
    ours.ended.fetch_add(1, std::memory_order_relaxed);
}

/// A sleep, never early, and a wait that only its deadline ends.
task<> wait_for_time(books& ours, std::chrono::microseconds how_long) {
    const auto begun = std::chrono::steady_clock::now();
    const auto slept = co_await sleep_for(how_long);
    ours.expect(!slept || std::chrono::steady_clock::now() - begun >= how_long, "a timer fired early");
    const auto silent = [](books& of) -> task<> { co_await wait_for_ever(of); };
    auto child = silent(ours);
    ours.spawned.fetch_add(1, std::memory_order_relaxed); // it counts itself as ended
    const auto got = co_await timeout(how_long, std::move(child));
    ours.joined.fetch_add(1, std::memory_order_relaxed);
    if (!got) ours.timed_out.fetch_add(1, std::memory_order_relaxed);
    ours.timers.fetch_add(2, std::memory_order_relaxed);
}

task<> touch_what_is_shared(books& ours) {
    {
        auto held = co_await ours.lock.lock();
        if (held) {
            ++ours.under_lock;
            ours.locked.fetch_add(1, std::memory_order_relaxed);
        }
    }
    if (const auto unit = co_await ours.units.acquire(); unit) {
        ours.expect(ours.units_out.fetch_add(1) < 3, "more units are out than there are");
        co_await yield();
        ours.units_out.fetch_sub(1);
        ours.units.release();
    }
    ours.ended.fetch_add(1, std::memory_order_relaxed);
}

/// Trees, cancelled waits, tasks without a handle, placed everywhere.
task<> spawn_and_join(books& ours) {
    stress::dice random(this_shard::id() + 77);
    while (!ours.over.load(std::memory_order_relaxed)) {
        const std::uint32_t depth = random.roll(7);
        const std::uint64_t leaves = co_await tree(ours, depth, random.roll(1000));
        ours.expect(leaves == std::uint64_t{1} << depth, "a tree has lost leaves");
        auto waiting = spawn(wait_for_ever(ours), pinned{random.roll(shards)});
        auto shared = spawn(touch_what_is_shared(ours), round_robin{});
        spawn(touch_what_is_shared(ours)).detach();
        ours.spawned.fetch_add(3, std::memory_order_relaxed);
        if (random.roll(4) == 0) co_await wait_for_time(ours, std::chrono::microseconds(random.roll(500)));
        waiting.cancel();
        ours.cancelled.fetch_add(1, std::memory_order_relaxed);
        co_await std::move(waiting);
        co_await std::move(shared);
        ours.joined.fetch_add(2, std::memory_order_relaxed);
        ours.let_go.fetch_add(1, std::memory_order_relaxed);
        co_await yield();
    }
    ours.workers.fetch_sub(1);
}

/// A thread that owns no ring: spawns, joins, lets go, sends.
void outside(books& ours, const runtime_handle& handle, std::uint32_t me) {
    stress::dice random(me + 5);
    while (!ours.over.load(std::memory_order_relaxed)) {
        stress::work(random.roll(30'000));
        auto one = handle.spawn(touch_what_is_shared(ours), pinned{random.roll(shards)});
        ours.spawned.fetch_add(1, std::memory_order_relaxed);
        if (random.roll(2) == 0) {
            std::move(one).get();
            ours.joined.fetch_add(1, std::memory_order_relaxed);
        } else {
            one.detach();
            ours.let_go.fetch_add(1, std::memory_order_relaxed);
        }
        if (handle.send(random.roll(shards), 9, me)) ours.from_outside.fetch_add(1, std::memory_order_relaxed);
    }
}

/// SIGUSR1 to every thread, about ten thousand times a second.
void signal_everybody(const books& ours) {
    const auto self = ::gettid();
    while (!ours.over.load(std::memory_order_relaxed)) {
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
            if (const int thread = std::stoi(entry.path().filename()); thread != self)
                ::syscall(SYS_tgkill, ::getpid(), thread, SIGUSR1);
        ::usleep(100);
    }
}

/// What the process holds. Resident memory without what malloc keeps for later (malloc_trim).
struct holdings {
    std::uint64_t resident_kib = 0;
    std::ptrdiff_t files = 0;
    std::ptrdiff_t threads = 0;

    static holdings now() {
        ::malloc_trim(0);
        holdings found;
        std::uint64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages >> pages;
        found.resident_kib = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
        found.files = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
        found.threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
        return found;
    }
};

/// The least of some looks at a busy process: what it holds between its bursts.
holdings least_of(int looks, std::chrono::milliseconds apart) {
    holdings least = holdings::now();
    for (int i = 1; i < looks; ++i) {
        std::this_thread::sleep_for(apart);
        const holdings next = holdings::now();
        least.resident_kib = std::min(least.resident_kib, next.resident_kib);
        least.files = std::min(least.files, next.files); // who sends the signals opens and closes a folder
        least.threads = std::min(least.threads, next.threads);
    }
    return least;
}

/// Nothing is on its way any more: the sums have stopped growing.
void wait_until_settled(const books& ours) {
    std::uint64_t last = ~std::uint64_t{0};
    for (int still = 0; still < 20;) {
        const std::uint64_t now = ours.answered + ours.ended + ours.outside_received + ours.workers;
        still = now == last ? still + 1 : 0;
        last = now;
        std::this_thread::sleep_for(50ms);
    }
}

} // namespace

int main(int count, char** arguments) {
    const auto seconds = std::chrono::duration<double>(count > 1 ? std::atof(arguments[1]) : 60.0);
    books ours;
    all = &ours;
    struct sigaction action {};
    action.sa_handler = take_signal;
    ::sigaction(SIGUSR1, &action, nullptr);

    auto started = runtime::start({.shards = shards, .lane_capacity = 64});
    if (!started) {
        std::fprintf(stderr, "soak: %s\n", started.error().message.c_str());
        return 2;
    }
    runtime& on = **started;
    ours.workers = 2 * shards;
    for (std::uint32_t i = 0; i < shards; ++i) {
        on.spawn(serve(ours), pinned{i}).detach();
        on.spawn(ask(ours), pinned{i}).detach();
        on.spawn(spawn_and_join(ours), stealable_preferred{i}).detach();
    }
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < 2; ++i)
        threads.emplace_back([&ours, handle = on.handle(), i] { outside(ours, handle, i); });
    threads.emplace_back([&ours] { signal_everybody(ours); });

    std::this_thread::sleep_for(seconds / 5);
    const holdings warm = least_of(10, 20ms);
    std::this_thread::sleep_for(seconds * 4 / 5);
    const holdings late = least_of(10, 20ms);
    ours.over = true;
    for (auto& thread : threads) thread.join();
    wait_until_settled(ours);

    const shard_stats sums = on.stats().total();
    const auto expect = [&ours](bool right, const std::string& claim) { ours.expect(right, claim.c_str()); };
    expect(ours.workers == 0, std::to_string(ours.workers) + " tasks never came to their end");
    expect(ours.asked == ours.answered,
           std::to_string(ours.asked) + " questions, " + std::to_string(ours.answered) + " answers");
    expect(ours.from_outside == ours.outside_received, std::to_string(ours.from_outside) +
                                                           " messages from outside, " +
                                                           std::to_string(ours.outside_received) + " arrived");
    expect(ours.spawned == ours.ended,
           std::to_string(ours.spawned) + " tasks spawned, " + std::to_string(ours.ended) + " ended");
    expect(ours.spawned == ours.joined + ours.let_go, "joined and let go are not all that was spawned");
    expect(ours.under_lock == ours.locked, "the mutex has let two in");
    expect(sums.messages_sent + ours.from_outside == sums.messages_received,
           "the counters say " + std::to_string(sums.messages_sent) + " sent on lanes and " +
               std::to_string(sums.messages_received) + " received");
    expect(sums.completions_lost == 0, "the kernel has lost completions");
    expect(late.files == warm.files,
           std::to_string(warm.files) + " files open when warm, " + std::to_string(late.files) + " at the end");
    expect(late.threads == warm.threads, std::to_string(warm.threads) + " threads when warm, " +
                                             std::to_string(late.threads) + " at the end");
    // One percent; of a process this small that is a few pages, less than what frame pools differ by.
    const std::uint64_t allowed = std::max<std::uint64_t>(warm.resident_kib / 100, 256);
    expect(late.resident_kib <= warm.resident_kib + allowed,
           std::to_string(warm.resident_kib) + " KiB when warm, " + std::to_string(late.resident_kib) +
               " KiB at the end");
    started->reset();

    std::printf(
        "soak: %.0f s: %llu questions answered, %llu tasks (%llu joined, %llu cancelled, %llu let go, %llu "
        "stolen), %llu locks, %llu timers (%llu ended a wait), %llu messages from outside, %llu signals, %llu "
        "parks, %llu bells; %llu KiB "
        "when warm, %llu KiB at the end; %llu wrong\n",
        seconds.count(), static_cast<unsigned long long>(ours.answered),
        static_cast<unsigned long long>(ours.ended), static_cast<unsigned long long>(ours.joined),
        static_cast<unsigned long long>(ours.cancelled), static_cast<unsigned long long>(ours.let_go),
        static_cast<unsigned long long>(sums.tasks_stolen), static_cast<unsigned long long>(ours.locked),
        static_cast<unsigned long long>(ours.timers), static_cast<unsigned long long>(ours.timed_out),
        static_cast<unsigned long long>(ours.outside_received), static_cast<unsigned long long>(ours.signals),
        static_cast<unsigned long long>(sums.parks), static_cast<unsigned long long>(sums.bells_sent),
        static_cast<unsigned long long>(warm.resident_kib), static_cast<unsigned long long>(late.resident_kib),
        static_cast<unsigned long long>(ours.wrong));
    return ours.wrong == 0 ? 0 : 1;
}
