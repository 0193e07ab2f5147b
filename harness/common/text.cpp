#include "harness/common/text.hpp"

#include "harness/common/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bench {

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t from = 0;;) {
        const auto to = text.find(separator, from);
        parts.emplace_back(text.substr(from, to - from));
        if (to == std::string_view::npos) return parts;
        from = to + 1;
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

std::expected<std::uint64_t, problem> parse_duration_ns(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> units{
        {{"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}, {"s", 1'000'000'000}, {"m", 60'000'000'000}}};
    for (const auto& [unit, ns] : units) {
        if (!text.ends_with(unit)) continue;
        const auto count = whole_number(text.substr(0, text.size() - unit.size()));
        if (count && *count <= 1'000'000'000'000'000'000u / ns) return *count * ns;
        break;
    }
    return refused(problem_code::bad_value, "", fmt::format("'{}' is not a duration", text),
                   "write a whole number and a unit, as 4m, 90s, 300ms or 20us");
}

std::string format_left(std::uint64_t duration_ns) {
    const std::uint64_t seconds = (duration_ns + 500'000'000) / 1'000'000'000;
    if (seconds < 60) return fmt::format("{} s", seconds);
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string format_ns(double duration_ns) {
    static constexpr std::array<std::pair<const char*, double>, 4> units{
        {{"ns", 1.0}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
    std::size_t at = 0;
    while (at + 1 < units.size() && duration_ns >= 999.5 * units[at].second) ++at;
    const double value = duration_ns / units[at].second;
    const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return fmt::format("{:.{}f} {}", value, decimals, units[at].first);
}

std::expected<std::vector<int>, problem> parse_cpu_list(std::string_view text) {
    std::vector<int> cpus;
    for (const auto& part : split(text, ',')) {
        const auto dash = part.find('-');
        const auto from = whole_number(std::string_view(part).substr(0, dash));
        const auto to =
            dash == std::string::npos ? from : whole_number(std::string_view(part).substr(dash + 1));
        if (!from || !to || *from > *to || *to >= 1024)
            return refused(problem_code::bad_value, "", fmt::format("'{}' is not a list of CPUs", text),
                           "write it as 0,2-3");
        for (auto cpu = *from; cpu <= *to; ++cpu) cpus.push_back(static_cast<int>(cpu));
    }
    std::ranges::sort(cpus);
    cpus.erase(std::ranges::unique(cpus).begin(), cpus.end());
    return cpus;
}

bool is_utf_8(std::string_view text) {
    // The library's own judgement, so that what it would replace is what is refused.
    return json(text).dump(-1, ' ', false, json::error_handler_t::ignore) ==
           json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string shell_quoted(std::string_view argument) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/_-=.,:+%@").contains(c);
    };
    if (!argument.empty() && std::ranges::all_of(argument, plain)) return std::string(argument);
    std::string quoted = "'";
    for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

} // namespace bench
