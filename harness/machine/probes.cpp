#include "harness/machine/probes.hpp"

#include "workloads/measure/recorder.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

namespace bench {
namespace {

constexpr std::uint64_t probe_ns = 2'000'000;
/// Short readings, and enough of them: one in which a thread was off its CPU must not carry the median.
constexpr int rounds_per_reading = 16;
constexpr std::size_t readings_least = 50;
constexpr std::uint64_t probe_limit_ns = 10 * probe_ns;

std::vector<int> usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

void pin_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ::pthread_setaffinity_np(::pthread_self(), sizeof set, &set);
}

std::optional<std::uint64_t> median(std::vector<std::uint64_t>& readings) {
    if (readings.empty()) return std::nullopt;
    const auto middle = readings.begin() + static_cast<std::ptrdiff_t>(readings.size() / 2);
    std::ranges::nth_element(readings, middle);
    return *middle;
}

struct alignas(128) shared_word {
    std::atomic<std::uint64_t> value{0};
};

/// Runs both in threads of their own until both return; `call_off` makes `first` return. False, with nothing
/// left behind, where the system gives no threads.
template <class First, class Second, class CallOff>
bool run_both(First first, Second second, CallOff call_off) {
    std::thread one;
    try {
        one = std::thread(first);
        std::thread(second).join();
    } catch (const std::system_error&) {
        if (!one.joinable()) return false;
        call_off();
        one.join();
        return false;
    }
    one.join();
    return true;
}

std::optional<std::uint64_t> cache_line_round_trip(int here, int there) {
    constexpr std::uint64_t stop = ~std::uint64_t{0};
    shared_word ball;
    const auto answering = [&] {
        pin_to(there);
        for (std::uint64_t expected = 1;; expected += 2) {
            std::uint64_t seen = ball.value.load(std::memory_order_acquire);
            while (seen != expected && seen != stop) seen = ball.value.load(std::memory_order_acquire);
            if (seen == stop) return;
            ball.value.store(expected + 1, std::memory_order_release);
        }
    };
    std::vector<std::uint64_t> readings;
    const auto call_off = [&] { ball.value.store(stop, std::memory_order_release); };
    const auto asking = [&] {
        pin_to(here);
        const std::uint64_t began = now_ns();
        std::uint64_t next = 1;
        for (std::uint64_t from = began;
             from - began < probe_limit_ns && (from - began < probe_ns || readings.size() < readings_least);) {
            for (int i = 0; i < rounds_per_reading; ++i, next += 2) {
                ball.value.store(next, std::memory_order_release);
                while (ball.value.load(std::memory_order_acquire) != next + 1) {
                }
            }
            const std::uint64_t to = now_ns();
            readings.push_back((to - from) / rounds_per_reading);
            from = to;
        }
        call_off();
    };
    if (!run_both(answering, asking, call_off)) return std::nullopt;
    return median(readings);
}

bool send_word(int to, std::uint64_t word) {
    while (::write(to, &word, sizeof word) < 0)
        if (errno != EINTR) return false;
    return true;
}

/// The word; `leave` on an error, so that no thread waits for one that has gone.
constexpr std::uint64_t leave = 1'000;
std::uint64_t receive_word(int from) {
    std::uint64_t word = 0;
    while (::read(from, &word, sizeof word) < 0)
        if (errno != EINTR) return leave;
    return word >= leave ? leave : word;
}

std::optional<std::uint64_t> eventfd_round_trip(const std::vector<int>& cpus) {
    const int request = ::eventfd(0, EFD_CLOEXEC);
    const int reply = ::eventfd(0, EFD_CLOEXEC);
    std::vector<std::uint64_t> readings;
    if (request >= 0 && reply >= 0) {
        constexpr std::uint64_t one = 1;
        const auto answering = [&] {
            pin_to(cpus.back());
            while (receive_word(request) != leave)
                if (!send_word(reply, one)) return;
        };
        const auto call_off = [&] { send_word(request, leave); };
        const auto asking = [&] {
            pin_to(cpus.front());
            const std::uint64_t end = now_ns() + probe_ns;
            for (std::uint64_t from = now_ns(); from < end;) {
                if (!send_word(request, one) || receive_word(reply) != one) break;
                const std::uint64_t to = now_ns();
                readings.push_back(to - from);
                from = to;
            }
            call_off();
        };
        run_both(answering, asking, call_off);
    }
    if (request >= 0) ::close(request);
    if (reply >= 0) ::close(reply);
    return median(readings);
}

} // namespace

probe_figures take_probes() {
    auto cpus = usable_cpus();
    if (cpus.empty()) return {};
    if (cpus.size() > 2) cpus.resize(2);
    probe_figures taken;
    if (cpus.size() == 2) taken.cache_line_ns = cache_line_round_trip(cpus[0], cpus[1]);
    taken.eventfd_ns = eventfd_round_trip(cpus);
    return taken;
}

bool state_changed(const probe_figures& before, const probe_figures& after) noexcept {
    if (!before.cache_line_ns || !after.cache_line_ns) return false;
    const auto [low, high] = std::minmax(*before.cache_line_ns, *after.cache_line_ns);
    return 2 * high >= 5 * low;
}

} // namespace bench
