// Threads from outside, and signals.
#include "tests/soak/shared.hpp"
#include "tests/soak/worries.hpp"
#include "tests/stress/stress.hpp"

#include <spargio/spargio.hpp>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

namespace soak {
namespace {

using namespace spargio;

count* signals_taken = nullptr;

extern "C" void take_signal(int) { signals_taken->fetch_add(1, std::memory_order_relaxed); }

void work_outside(books& ours, const runtime_handle& handle, std::uint32_t me) {
    stress::dice random(me + 5);
    while (ours.goes_on()) {
        stress::work(random.roll(30'000));
        auto one = handle.spawn(touch_what_is_shared(ours), pinned{random.roll(shards)});
        note(ours.spawned);
        if (random.roll(2) == 0) {
            std::move(one).get();
            note(ours.joined);
        } else {
            one.detach();
            note(ours.let_go);
        }
        if (handle.send(random.roll(shards), 9, me)) note(ours.from_outside);
    }
}

void signal_everybody(const books& ours) {
    const auto self = ::gettid();
    while (ours.goes_on()) {
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task"))
            if (const int thread = std::stoi(entry.path().filename()); thread != self)
                ::syscall(SYS_tgkill, ::getpid(), thread, SIGUSR1);
        ::usleep(100);
    }
}

} // namespace

void start_outside(std::vector<std::thread>& threads, const runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < 2; ++i)
        threads.emplace_back([&ours, handle = on.handle(), i] { work_outside(ours, handle, i); });
}

void start_signals(std::vector<std::thread>& threads, books& ours) {
    signals_taken = &ours.signals;
    struct sigaction action {};
    action.sa_handler = take_signal;
    ::sigaction(SIGUSR1, &action, nullptr);
    threads.emplace_back([&ours] { signal_everybody(ours); });
}

} // namespace soak
