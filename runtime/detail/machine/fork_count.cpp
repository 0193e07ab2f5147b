#include <spargio/detail/machine/fork_count.hpp>

#include <pthread.h>

namespace spargio::detail::fork_count {

void watch() noexcept {
    // Without memory for the note a child goes unnoticed; then MADV_DONTFORK of the rings is what is left.
    [[maybe_unused]] static const int noted = pthread_atfork(nullptr, nullptr, [] { ++forks; });
}

} // namespace spargio::detail::fork_count
