// How tests play an older kernel.
#pragma once

#include <string_view>

namespace spargio::detail {

/// Whether the environment variable SPARGIO_TIER, by which tests play an older kernel, has this word; see
/// ring::create(). Any thread.
[[nodiscard]] bool tier_lacks(std::string_view feature) noexcept;

} // namespace spargio::detail
