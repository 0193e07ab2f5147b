#include "workloads/measure/histogram.hpp"

#include <cmath>

namespace bench {

std::uint64_t histogram::quantile(double quantile) const noexcept {
    if (total_ == 0) return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
        seen += counts_[i];
        if (seen >= wanted && counts_[i] != 0) return std::min(value_of(i), max_);
    }
    return max_;
}

} // namespace bench
