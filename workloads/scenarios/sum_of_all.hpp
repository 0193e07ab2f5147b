// The end of tasks that were spawned together.
#pragma once

#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// Waits for all, whatever becomes of one, and adds their results up: what they use must not go while one still
/// runs. What the last of them threw is left in `failure`, for the caller to throw when nothing runs any more.
template <class Runtime>
typename Runtime::template task<std::uint64_t>
sum_of_all(std::vector<typename Runtime::template joiner<std::uint64_t>>& tasks, std::exception_ptr& failure) {
    std::uint64_t sum = 0;
    for (auto& task : tasks) {
        try {
            const std::uint64_t result = co_await std::move(task);
            sum += result;
        } catch (...) {
            failure = std::current_exception();
        }
    }
    tasks.clear();
    co_return sum;
}

} // namespace bench::scenarios
