#include "workloads/measure/memory_growth.hpp"

#include <fstream>
#include <limits>

namespace bench {

std::uint64_t anonymous_bytes() {
    std::ifstream file("/proc/self/smaps_rollup");
    std::string word;
    std::uint64_t kibibytes = 0;
    while (file >> word)
        if (word == "Anonymous:" && file >> kibibytes) return kibibytes * 1024;
    return 0;
}

std::string memory_growth::per_one_of(std::uint64_t count) const {
    const std::uint64_t now = anonymous_bytes();
    if (before_ == 0 || now == 0 || count == 0) return "unknown";
    return std::to_string(now > before_ ? (now - before_) / count : 0);
}

} // namespace bench
