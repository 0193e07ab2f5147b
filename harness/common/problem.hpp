// What went wrong, with the way out of it: the error type of the harness.
#pragma once

#include <expected>
#include <ostream>
#include <string>
#include <string_view>

namespace bench {

enum class problem_code {
    bad_value,       ///< a flag, or its value, is not legal
    unknown_name,    ///< no workload, backend, knob, case or arm is called so
    bad_matrix,      ///< the matrix can't be read, or says what it may not
    impossible_plan, ///< everything is legal, but nothing can be measured so
    bad_base_build,  ///< --baseline names no build that can stand beside this one
    bad_plugin,      ///< --plugin names no library that can be used
    cannot_begin,    ///< CPUs, folder or journal of a run can't be had
    not_resumable,   ///< there is no journal to go on with, or not here
    different_files, ///< result files that don't belong together
    unreadable_file, ///< a result file can't be read, or is no JSON
    invalid_result,  ///< a result file is not what it claims to be
    cannot_write,    ///< a file could not be written
    defect,          ///< an exception that no code expects
};

/// Reads "place: text; remedy" on the terminal; parts that are empty are left away.
struct problem {
    problem_code code = problem_code::bad_value;
    std::string place; ///< file, line, flag or arm that it is found in
    std::string text;  ///< what is wrong
    std::string remedy = {};

    [[nodiscard]] std::string message() const;
};

/// The same problem, seen from where `outer` was read.
[[nodiscard]] problem within(std::string_view outer, problem found);

/// What a program that ends for it returns: the one place that says so.
[[nodiscard]] int exit_code_of(problem_code code) noexcept;

/// Says it on stderr. Returns the exit code.
int complain(const problem& found);

std::ostream& operator<<(std::ostream& out, const problem& shown);

/// For `return refused(...)` in a function that returns std::expected.
[[nodiscard]] inline std::unexpected<problem> refused(problem_code code, std::string place, std::string text,
                                                      std::string remedy = {}) {
    return std::unexpected(problem{code, std::move(place), std::move(text), std::move(remedy)});
}

} // namespace bench
