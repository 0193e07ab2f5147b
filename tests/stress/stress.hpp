// What the stress tests share: how much to do, work that takes time, forced kernel tiers, and a watch for
// hangs.
#pragma once

#include <spargio/spargio.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <mutex>
#include <random>
#include <string>

namespace stress {

#ifndef STRESS_PERCENT
#define STRESS_PERCENT 100
#endif

/// `full` scaled by the kind of the build, and by the environment variable SPARGIO_STRESS for longer runs (10:
/// ten times as much).
inline std::uint64_t rounds(std::uint64_t full) {
    const char* const asked = std::getenv("SPARGIO_STRESS");
    const double factor = asked != nullptr ? std::atof(asked) : 1.0;
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(full) * factor) *
                                          STRESS_PERCENT / 100);
}

/// Keeps the CPU busy for about `steps` instructions that depend on each other.
inline void work(std::uint32_t steps) noexcept {
    for (std::uint32_t i = 0; i < steps; ++i) asm volatile("" ::: "memory");
}

/// A small generator of its own for each task, so that none waits for another.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed * 0x9E3779B97F4A7C15u + 0x2545F4914F6CDD1Du) {}
    /// 0 to below `limit`.
    std::uint32_t roll(std::uint32_t limit) noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::uint32_t>((state_ >> 11) % limit);
    }

private:
    std::uint64_t state_;
};

/// Plays an older kernel for the runtimes started while it lives, on top of what the environment asks for.
class forced_tier {
public:
    explicit forced_tier(const std::string& tier) {
        if (const char* const asked = std::getenv("SPARGIO_TIER")) before_ = asked;
        if (!tier.empty()) ::setenv("SPARGIO_TIER", (before_ + "," + tier).c_str(), 1);
    }
    ~forced_tier() {
        if (before_.empty())
            ::unsetenv("SPARGIO_TIER");
        else
            ::setenv("SPARGIO_TIER", before_.c_str(), 1);
    }
    forced_tier(const forced_tier&) = delete;
    forced_tier& operator=(const forced_tier&) = delete;

private:
    std::string before_;
};

/// Waits until `expected` parties have arrived, and gives up when nothing moves any more. There is no limit on
/// the whole time: a slow machine is no failure, a standstill is.
class finish_line {
public:
    explicit finish_line(std::uint64_t expected) : missing_(expected) {}

    void arrive() {
        const std::lock_guard hold(lock_);
        if (--missing_ == 0) all_here_.notify_all();
    }

    /// `progress` gives a number that grows while there is progress. False: standstill.
    [[nodiscard]] bool wait(const std::function<std::uint64_t()>& progress) {
        std::unique_lock hold(lock_);
        std::uint64_t last = progress();
        for (int still = 0; missing_ != 0;) {
            if (all_here_.wait_for(hold, std::chrono::seconds(1), [this] { return missing_ == 0; }))
                return true;
            const std::uint64_t now = progress();
            still = now == last ? still + 1 : 0;
            last = now;
            if (still == standstill_s) return false;
        }
        return true;
    }

private:
    static constexpr int standstill_s = 20;

    std::mutex lock_;
    std::condition_variable all_here_;
    std::uint64_t missing_;
};

/// What every shard has done, for the message of a failure.
inline std::string account(const spargio::runtime& of) {
    std::string text;
    for (std::size_t i = 0; i < of.shards(); ++i) {
        const auto stats = of.stats(i);
        text += "shard " + std::to_string(i) + ": sent " + std::to_string(stats.messages_sent) + ", received " +
                std::to_string(stats.messages_received) + ", refused " +
                std::to_string(stats.messages_overloaded) + ", parks " + std::to_string(stats.parks) +
                ", bells " + std::to_string(stats.bells_sent) + ", tasks " + std::to_string(stats.tasks_run) +
                ", stolen " + std::to_string(stats.tasks_stolen) + "\n";
    }
    return text;
}

inline std::uint64_t total_parks(const spargio::runtime& of) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < of.shards(); ++i) sum += of.stats(i).parks;
    return sum;
}

/// Resumptions, messages and sleeps of all shards: what a standstill does not change.
inline std::uint64_t total_progress(const spargio::runtime& of) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < of.shards(); ++i) {
        const auto stats = of.stats(i);
        sum += stats.tasks_run + stats.messages_sent + stats.messages_received;
    }
    return sum;
}

} // namespace stress
