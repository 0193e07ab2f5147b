// The preview that `ab` prints: a median of block ratios, and no more than that.
#pragma once

#include "harness/record/result_record.hpp"

#include <string>

namespace bench {

/// Per group with two measured arms: the median over the blocks of the ratio second / first.
[[nodiscard]] std::string preview_ratios(const result_record& result, const std::string& path);

} // namespace bench
