// Setting a ring up on whatever kernel there is (R3).
#pragma once

#include <spargio/core/capabilities.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/core/options.hpp>
#include <spargio/detail/ring/played_tier.hpp>

#include <expected>

#include <liburing.h>

namespace spargio::detail {

/// io_uring_setup(2) with the wanted features, those marked `best` given up in turn while the kernel answers
/// EINVAL. The ring is made disabled, so that the thread that enables it becomes its single issuer. What the
/// kernel can do is asked once per process and remembered.
[[nodiscard]] std::expected<capabilities, start_error> set_up(io_uring& raw, const runtime_options& options);

/// The error behind a failed set-up, explained: which sysctl, limit or filter it was and how to lift it.
[[nodiscard]] start_error explain_setup_failure(int os_error, const runtime_options& options);

/// The same where a ring could be made, and `call`, without which it is of no use, is refused.
[[nodiscard]] start_error explain_refused_call(const char* call, int os_error);

/// The same for the eventfd that wakes a shard where rings can't.
[[nodiscard]] start_error explain_eventfd_failure(int os_error);

} // namespace spargio::detail
