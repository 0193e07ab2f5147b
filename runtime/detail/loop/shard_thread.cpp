#include <spargio/detail/loop/shard_thread.hpp>

#include <spargio/detail/machine/cpu_binding.hpp>
#include <spargio/detail/machine/cpu_spread.hpp>

#include <unistd.h>

namespace spargio::detail {

void shard_thread::bind(int cpu) noexcept {
    const int error = bind_to_cpu(cpu);
    bind_error_.store(error, std::memory_order_relaxed);
    if (error == 0) bound_cpu_.store(cpu, std::memory_order_relaxed);
}

void shard_thread::begin() noexcept { number_.store(static_cast<int>(::gettid()), std::memory_order_relaxed); }

bool shard_thread::was_moved() const noexcept {
    const int bound = bound_cpu_.load(std::memory_order_relaxed);
    return bound >= 0 && current_cpu() != bound;
}

} // namespace spargio::detail
