#include "harness/plan/matrix.hpp"

#include "harness/common/names.hpp"
#include "harness/common/text.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

/// Thrown inside this file only: reading a nested document with expected at every step hides what is read.
struct matrix_error {
    problem found;
};

class matrix_reader {
public:
    explicit matrix_reader(std::string path) : path_(std::move(path)) {}

    matrix read(const toml::table& root) const {
        check_keys(root, {"title", "blocks", "slices", "slice_ms", "timeout", "budget", "seed", "group"},
                   "a matrix");
        matrix made;
        if (const auto* node = root.get("title")) made.title = text_of(*node, "title");
        made.blocks = count(root, "blocks", 1, 10'000);
        made.slices = count(root, "slices", 1, 1'000);
        if (const auto ms = count(root, "slice_ms", 1, 60'000)) made.slice_ns = *ms * 1'000'000;
        made.seed = count(root, "seed", 0, std::int64_t{1} << 53);
        made.timeout_ns = duration(root, "timeout");
        made.budget_ns = duration(root, "budget");
        const auto* groups = root.get("group");
        if (groups == nullptr || !groups->is_array_of_tables() || groups->as_array()->empty())
            fail(groups ? groups->source() : root.source(), "a matrix needs at least one [[group]] with a "
                                                            "workload, as workload = \"ping_pong/steady_rtt\"");
        for (const auto& node : *groups->as_array()) made.groups.push_back(read_group(*node.as_table()));
        return made;
    }

private:
    [[noreturn]] void fail(const toml::source_region& at, const std::string& text,
                           const std::string& remedy = {}) const {
        throw matrix_error{{problem_code::bad_matrix, place(at), text, remedy}};
    }

    std::string place(const toml::source_region& at) const {
        return fmt::format("{}:{}:{}", path_, at.begin.line, at.begin.column);
    }

    void check_keys(const toml::table& table, const std::vector<std::string>& known, const char* owner) const {
        for (const auto& [key, value] : table) {
            const std::string name(key.str());
            if (std::ranges::find(known, name) == known.end())
                fail(key.source(), fmt::format("{} has no key '{}'", owner, name),
                     fmt::format("did you mean '{}'? It takes: {}", nearest_names(name, known, 1).front(),
                                 join(known, ", ")));
        }
    }

    std::string text_of(const toml::node& node, const char* key) const {
        const auto* text = node.as_string();
        if (text == nullptr) fail(node.source(), fmt::format("'{}' must be a text in quotes", key));
        return text->get();
    }

    std::optional<std::uint64_t> count(const toml::table& table, const char* key, std::int64_t least,
                                       std::int64_t most) const {
        const auto* node = table.get(key);
        if (node == nullptr) return std::nullopt;
        const auto* number = node->as_integer();
        if (number == nullptr || number->get() < least || number->get() > most)
            fail(node->source(), fmt::format("'{}' must be a whole number from {} to {}", key, least, most));
        return static_cast<std::uint64_t>(number->get());
    }

    std::optional<std::uint64_t> duration(const toml::table& table, const char* key) const {
        const auto* node = table.get(key);
        if (node == nullptr) return std::nullopt;
        const auto read = parse_duration_ns(text_of(*node, key));
        if (!read) fail(node->source(), fmt::format("'{}': {}", key, read.error().text), read.error().remedy);
        return *read;
    }

    /// A value as the command line would have it: "64", 64, "all".
    std::string value_of(const toml::node& node, const char* owner) const {
        if (const auto* text = node.as_string()) return text->get();
        if (const auto* number = node.as_integer()) return std::to_string(number->get());
        fail(node.source(), fmt::format("a value of {} must be a text or a whole number", owner));
    }

    std::vector<value_list> read_parameters(const toml::node& node) const {
        const auto* table = node.as_table();
        if (table == nullptr)
            fail(node.source(), "'parameters' must be a table, as parameters = { batch = [\"1\", \"64\"] }");
        std::vector<value_list> lists;
        for (const auto& [key, value] : *table) {
            value_list list{std::string(key.str()), {}};
            if (const auto* several = value.as_array()) {
                if (several->empty()) fail(value.source(), fmt::format("'{}' has no value", list.name));
                for (const auto& one : *several) list.values.push_back(value_of(one, list.name.c_str()));
            } else {
                list.values.push_back(value_of(value, list.name.c_str()));
            }
            lists.push_back(std::move(list));
        }
        return lists;
    }

    group_request read_group(const toml::table& table) const {
        check_keys(table, {"workload", "parameters", "arms"}, "a group");
        group_request made;
        made.place = place(table.source());
        const auto* workload = table.get("workload");
        if (workload == nullptr)
            fail(table.source(), "this group has no workload", "add workload = \"family/case\"");
        made.workload = text_of(*workload, "workload");
        made.place = place(workload->source());
        if (const auto* node = table.get("parameters")) made.parameters = read_parameters(*node);
        if (const auto* node = table.get("arms")) {
            const auto* arms = node->as_array();
            if (arms == nullptr || arms->empty())
                fail(node->source(), "'arms' must be a list, as arms = [\"spargio\", \"floor[wait=block]\"]");
            for (const auto& one : *arms) {
                made.arms.push_back(text_of(one, "arms"));
                if (const auto read = parse_arm(made.arms.back()); !read)
                    throw matrix_error{within(place(one.source()), read.error())};
            }
        }
        return made;
    }

    std::string path_;
};

} // namespace

std::expected<matrix, problem> read_matrix(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file || text.str().empty())
        return refused(
            problem_code::bad_matrix, path,
            fmt::format("cannot read this matrix ({})", errno != 0 ? std::strerror(errno) : "it is empty"),
            "give the path of a TOML file, or choose cases with -w and -b");
    try {
        return matrix_reader(path).read(toml::parse(text.str(), path));
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        return refused(problem_code::bad_matrix, fmt::format("{}:{}:{}", path, at.line, at.column),
                       fmt::format("not TOML: {}", error.description()));
    } catch (const matrix_error& error) {
        return std::unexpected(error.found);
    }
}

} // namespace bench
