#include <spargio/run/run.hpp>

#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <cstdio>

#include <sysexits.h>

namespace spargio::detail {

void insist_on_no_task() noexcept {
    if (shard::current() != nullptr)
        misused("run() inside a task would block its shard; co_await or spawn() there what it is to run");
}

int report_failed_start(const cannot_start& why) noexcept {
    std::fprintf(stderr, "spargio: %s\n", why.what());
    return EX_SOFTWARE;
}

} // namespace spargio::detail
