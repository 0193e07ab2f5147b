// Parameters of a workload: what one slice is asked to do, as numbers with names.
//
// A workload declares its parameters; a user may set any of them (`-p workers=4`). Values are 64-bit
// integers; a value may also have a word (`batch=all`), so that the command line and the results read well.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// A word that stands for a value, as `all` does for a batch without limit.
struct parameter_word {
    std::string_view word;
    std::int64_t value;
};

/// Declaration of one parameter. All views refer to static storage.
struct parameter_spec {
    std::string_view name;
    std::int64_t initial;  ///< value when the user says nothing
    std::int64_t least;    ///< smallest legal value, inclusive
    std::int64_t most;     ///< largest legal value, inclusive
    std::string_view unit; ///< "" where the value is a plain count
    std::string_view help; ///< one line
    std::vector<parameter_word> words = {};
};

/// One `name=value` as a user typed it.
using assignment = std::pair<std::string, std::string>;

/// The full set of values for one workload: every declared parameter, in declaration order.
///
/// Immutable once made; safe to read from any thread.
class parameters {
public:
    /// Checks `given` against `declared` and fills in the initial values of the rest.
    /// Error: a sentence that names the parameter, what was wrong, and what is legal.
    static std::expected<parameters, std::string> make(std::span<const parameter_spec> declared,
                                                       std::span<const assignment> given);

    /// Value of a declared parameter. Throws std::out_of_range for a name that was not declared:
    /// that is a defect of the caller, not of the user.
    [[nodiscard]] std::int64_t operator[](std::string_view name) const;

    /// Value of a parameter that not every workload declares, or `otherwise`.
    [[nodiscard]] std::int64_t value_or(std::string_view name, std::int64_t otherwise) const noexcept;

    /// The value as a user would type it: the word where there is one, else the number.
    [[nodiscard]] std::string text(std::string_view name) const;

    /// `workers=2,batch=all`, in declaration order; the same values always give the same text.
    [[nodiscard]] std::string label() const;

    struct entry {
        parameter_spec spec;
        std::int64_t value;
    };
    [[nodiscard]] std::span<const entry> entries() const noexcept { return entries_; }

private:
    std::vector<entry> entries_;
};

} // namespace bench
