#include "harness/command/cli_values.hpp"

#include "harness/common/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace bench {

value_list parse_values(const std::string& text, const char* flag) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        throw usage_error{fmt::format("{} {}: write it as name=value or name=value,value", flag, text)};
    return {text.substr(0, equals), split(std::string_view(text).substr(equals + 1), ',')};
}

std::optional<std::uint64_t> seed_flag(const std::string& text) {
    constexpr std::uint64_t most = std::uint64_t{1} << 53;
    if (text.empty()) return std::nullopt;
    const auto seed = whole_number(text);
    if (!seed || *seed > most)
        throw usage_error{fmt::format("--seed {}: must be a whole number from 0 to {}", text, most)};
    return seed;
}

injection parse_injection(const std::string& text) {
    const auto colon = text.rfind(":+");
    double percent = 0;
    if (colon != std::string::npos && text.ends_with('%')) {
        const char* from = text.data() + colon + 2;
        const char* to = text.data() + text.size() - 1;
        const auto [end, error] = std::from_chars(from, to, percent);
        if (error == std::errc{} && end == to && percent > 0 && percent <= 1000)
            return {.arm = text.substr(0, colon), .share = percent / 100};
    }
    throw usage_error{fmt::format("--inject {}: write it as ARM:+5%", text)};
}

std::optional<std::uint64_t> duration_flag(const char* flag, const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto read = parse_duration_ns(text);
    if (!read) throw usage_error{within(flag, read.error())};
    if (*read == 0) throw usage_error{fmt::format("{}: must be longer than nothing", flag)};
    return *read;
}

} // namespace bench
