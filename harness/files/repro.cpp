#include "harness/files/repro.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/names.hpp"
#include "harness/common/output.hpp"
#include "harness/common/problem.hpp"
#include "harness/files/validate.hpp"

#include <fmt/format.h>

#include <vector>

namespace bench {

int run_repro(const std::string& case_id, const std::string& path) {
    const auto result = read_result(path);
    if (!result) return complain(result.error());
    std::vector<std::string> ids;
    for (const auto& each : result->cases) {
        ids.push_back(each.id);
        if (each.id != case_id) continue;
        say("{}\n", each.repro);
        return exit_ok;
    }
    return complain({problem_code::unknown_name, "", fmt::format("{} has no case '{}'", path, case_id),
                     did_you_mean(case_id, ids)});
}

} // namespace bench
