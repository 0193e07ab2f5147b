// Names as a user types them: globs, and what he may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Whether `pattern` is part of `name`, or matches all of it as a glob (`*` also crosses a slash).
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// Whether `pattern` is `name` or a glob that matches all of it.
[[nodiscard]] bool matches_whole(std::string_view pattern, std::string_view name);

/// The `count` candidates nearest to `word` by edit distance, nearest first.
[[nodiscard]] std::vector<std::string>
nearest_names(std::string_view word, const std::vector<std::string>& candidates, std::size_t count = 3);

/// "did you mean A, B or C?", or "" where there is no candidate.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace bench
