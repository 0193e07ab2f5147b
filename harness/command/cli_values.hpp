// Values of flags that have a form of their own.
#pragma once

#include "harness/common/problem.hpp"
#include "harness/plan/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace bench {

/// Thrown inside the command line only: a flag whose value is wrong.
struct usage_error {
    problem found;

    explicit usage_error(problem said) : found(std::move(said)) {}
    /// Of a sentence that is whole as it is.
    explicit usage_error(std::string text) : found{problem_code::bad_value, "", std::move(text)} {}
};

/// `name=v1,v2`, as `-p` and `-k` take it.
[[nodiscard]] value_list parse_values(const std::string& text, const char* flag);

/// None where the flag was not given. The same seeds as in a matrix: what every reader of JSON holds exactly.
[[nodiscard]] std::optional<std::uint64_t> seed_flag(const std::string& text);

/// `ARM:+5%`.
[[nodiscard]] injection parse_injection(const std::string& text);

/// None where the flag was not given.
[[nodiscard]] std::optional<std::uint64_t> duration_flag(const char* flag, const std::string& text);

} // namespace bench
