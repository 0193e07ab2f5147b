#include "harness/common/problem.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/output.hpp"

#include <utility>

namespace bench {

std::string problem::message() const {
    return (place.empty() ? "" : place + ": ") + text + (remedy.empty() ? "" : "; " + remedy);
}

problem within(std::string_view outer, problem found) {
    found.place = std::string(outer) + (found.place.empty() ? "" : ": " + found.place);
    return found;
}

int exit_code_of(problem_code code) noexcept {
    switch (code) {
    case problem_code::bad_value:
    case problem_code::unknown_name:
    case problem_code::bad_matrix:
    case problem_code::impossible_plan:
    case problem_code::bad_base_build:
    case problem_code::bad_plugin:
    case problem_code::cannot_begin:
    case problem_code::not_resumable:
    case problem_code::different_files:
        return exit_usage;
    case problem_code::unreadable_file:
    case problem_code::invalid_result:
    case problem_code::cannot_write:
    case problem_code::defect:
        return exit_invalid;
    }
    std::unreachable();
}

int complain(const problem& found) {
    note("spargio-bench: {}\n", found.message());
    return exit_code_of(found.code);
}

std::ostream& operator<<(std::ostream& out, const problem& shown) { return out << shown.message(); }

} // namespace bench
