#include "harness/record/case_status.hpp"

#include <array>

namespace bench {
namespace {

constexpr std::array<std::string_view, 8> words{"not_run",      "measured", "unsupported", "unavailable",
                                                "wrong_result", "crashed",  "timed_out",   "failed"};

} // namespace

std::string_view word_of(case_status status) noexcept { return words[static_cast<std::size_t>(status)]; }

std::optional<case_status> case_status_of(std::string_view word) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == word) return static_cast<case_status>(i);
    return std::nullopt;
}

} // namespace bench
