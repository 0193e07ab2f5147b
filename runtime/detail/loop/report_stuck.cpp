// What a stop says on standard error when it leaves a shard behind (P9).
#include <spargio/detail/loop/runtime_core.hpp>

#include <cstdio>
#include <new>

namespace spargio::detail {

void runtime_core::report_stuck() noexcept {
    try {
        for (const std::size_t each : exits.missing())
            std::fprintf(
                stderr,
                "spargio: stopping, and %lld ms after the grace of %lld ms shard %zu (thread %d) has not come "
                "back from a task that does not suspend, or from the kernel. It is left behind with all that "
                "it uses, and closes when it comes back.\n",
                static_cast<long long>(options_.stop_patience.count()),
                static_cast<long long>(options_.stop_grace.count()), each, at(each).thread().number());
    } catch (const std::bad_alloc&) {
        std::fputs("spargio: stopping, and a shard has not come back from a task; it is left behind\n", stderr);
    }
}

} // namespace spargio::detail
