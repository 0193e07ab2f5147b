#include <spargio/run/run.hpp>

#include <cstdio>

#include <sysexits.h>

namespace spargio::detail {

int report_failed_start(const cannot_start& why) noexcept {
    std::fprintf(stderr, "spargio: %s\n", why.what());
    return EX_SOFTWARE;
}

} // namespace spargio::detail
