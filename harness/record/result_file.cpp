#include "harness/record/result_file.hpp"

#include "harness/common/output_file.hpp"
#include "harness/record/json/result.hpp"

#include <filesystem>
#include <fstream>

namespace bench {
namespace {

/// By its first key: also one that is damaged further on was measured once.
bool begins_as_result(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char brace = 0;
    std::string key;
    return file >> brace >> key && brace == '{' && key.starts_with("\"schema_version\"");
}

} // namespace

std::expected<void, problem> write_result(const std::string& path, const result_record& result) {
    return write_file(path, to_json(result).dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

std::optional<problem> result_in_the_way(const std::string& path) {
    std::error_code error;
    if (is_written_through(path) || !std::filesystem::is_regular_file(path, error) || !begins_as_result(path))
        return std::nullopt;
    return problem{problem_code::bad_value, "-o " + path, "a result is there already",
                   "name another file, or delete that one"};
}

} // namespace bench
