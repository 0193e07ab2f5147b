// Where the threads of a fan-out by hand meet, once before and once after each request.
#pragma once

#include "backends/floor/spin.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench::by_hand {

/// Starts and joins the helpers of one request after the other. Thread 0 leads.
class meeting {
public:
    explicit meeting(std::size_t helpers) : helpers_(helpers) {}

    void open(std::uint64_t request) noexcept { opened_.value.store(request + 1, std::memory_order_release); }
    void await_open(std::uint64_t request) const noexcept {
        spin_until([&] { return opened_.value.load(std::memory_order_acquire) > request; });
    }
    void arrive(std::size_t helper) noexcept {
        auto& word = helpers_[helper].value;
        word.store(word.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    void await_all(std::uint64_t request) const noexcept {
        for (const auto& helper : helpers_)
            spin_until([&] { return helper.value.load(std::memory_order_acquire) > request; });
    }

private:
    lone_word opened_;
    std::vector<lone_word> helpers_; ///< requests that each has finished
};

} // namespace bench::by_hand
