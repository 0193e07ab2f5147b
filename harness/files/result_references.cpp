#include "harness/files/result_references.hpp"

#include "harness/files/json_schema.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace bench {
namespace {

class reference_checker {
public:
    explicit reference_checker(const json& document) : document_(document) {}

    std::vector<std::string> problems() {
        const auto backends = names_in("backends");
        const auto workloads = names_in("workloads");
        check_cases(backends, workloads);
        check_machines("cases");
        check_machines("blocks");
        check_parts();
        check_blocks();
        check_measured();
        return std::move(problems_);
    }

private:
    void problem(const std::string& place, const std::string& text) {
        problems_.push_back(place + ": " + text);
    }

    std::set<std::string> names_in(const char* list) {
        std::set<std::string> names;
        std::size_t index = 0;
        for (const auto& one : document_.at(list)) {
            const auto& name = one.at("name");
            if (!names.insert(name.get<std::string>()).second)
                problem(fmt::format("/{}/{}/name", list, index), shown_value(name) + " stands there twice");
            ++index;
        }
        return names;
    }

    void check_cases(const std::set<std::string>& backends, const std::set<std::string>& workloads) {
        const auto& all = document_.at("cases");
        if (all.empty()) problem("/cases", "there is none: nothing was to be measured");
        for (std::size_t index = 0; index < all.size(); ++index)
            check_case(all[index], fmt::format("/cases/{}", index), backends, workloads);
    }

    void check_case(const json& one, const std::string& place, const std::set<std::string>& backends,
                    const std::set<std::string>& workloads) {
        const auto id = one.at("id").get<std::string>();
        if (!cases_.emplace(id, &one).second)
            problem(place + "/id", shown_value(one.at("id")) + " stands there twice");
        if (id != one.at("group").get<std::string>() + "|" + one.at("arm").get<std::string>())
            problem(place + "/id", shown_value(one.at("id")) + " is not its group and arm");
        groups_.insert(one.at("group").get<std::string>());
        if (!backends.contains(one.at("backend").get<std::string>()))
            problem(place + "/backend", shown_value(one.at("backend")) + " is not described under /backends");
        if (!workloads.contains(one.at("workload").get<std::string>()))
            problem(place + "/workload",
                    shown_value(one.at("workload")) + " is not described under /workloads");
        if (one.at("status") != "measured" && (one.at("reason").is_null() || one.at("reason") == ""))
            problem(place + "/reason",
                    fmt::format("the case is {} and says no reason", one.at("status").get<std::string>()));
    }

    std::uint64_t machines() const {
        const auto at = document_.find("machines");
        return at == document_.end() || at->empty() ? 1 : at->size();
    }

    /// Nothing is compared across machines, so a group and its blocks belong to one.
    void check_machines(const char* list) {
        const auto count = machines();
        std::size_t index = 0;
        for (const auto& one : document_.at(list)) {
            const auto machine = one.value("machine", std::uint64_t{0});
            const auto place = fmt::format("/{}/{}/machine", list, index++);
            const auto first = machine_of_.emplace(one.at("group").get<std::string>(), machine).first->second;
            if (machine >= count)
                problem(place, fmt::format("is {}, and the file has {} machines", machine, count));
            else if (machine != first)
                problem(place, fmt::format("is {}, but {} begins with machine {}: one group holds two machines",
                                           machine, shown_value(one.at("group")), first));
        }
    }

    void check_parts() {
        const auto at = document_.find("parts");
        if (at == document_.end()) return;
        std::size_t index = 0;
        for (const auto& part : *at) {
            const auto machine = part.at("machine").get<std::uint64_t>();
            if (machine >= machines())
                problem(fmt::format("/parts/{}/machine", index),
                        fmt::format("is {}, and the file has {} machines", machine, machines()));
            ++index;
        }
    }

    void check_blocks() {
        std::set<std::pair<std::string, std::uint64_t>> numbers;
        std::size_t index = 0;
        for (const auto& block : document_.at("blocks")) {
            const auto place = fmt::format("/blocks/{}", index);
            const auto group = block.at("group").get<std::string>();
            if (block.at("index") != index) problem(place + "/index", "is not its position");
            if (!groups_.contains(group))
                problem(place + "/group",
                        fmt::format("there is no case of group {}", shown_value(block.at("group"))));
            const auto number = block.at("number").get<std::uint64_t>();
            if (!numbers.emplace(group, number).second)
                problem(place + "/number",
                        fmt::format("{} stands twice in group {}", number, shown_value(block.at("group"))));
            std::size_t position = 0;
            for (const auto& slice : block.at("slices"))
                check_slice(block, slice, fmt::format("{}/slices/{}", place, position++));
            ++index;
        }
    }

    void check_slice(const json& block, const json& slice, const std::string& place) {
        const auto at = cases_.find(slice.at("case").get<std::string>());
        if (at == cases_.end())
            return problem(place + "/case", fmt::format("there is no case {}", shown_value(slice.at("case"))));
        if (at->second->at("group") != block.at("group"))
            problem(place + "/case", "is of another group than its block");
        if (slice.at("operations") == 0) problem(place + "/operations", "is 0: nothing was done");
        if (slice.at("wall_ns") == 0) problem(place + "/wall_ns", "is 0: it took no time");
        if (!block.at("dropped").get<bool>() && slice.at("mode") == "throughput") measured_.insert(at->first);
    }

    void check_measured() {
        std::size_t index = 0;
        for (const auto& one : document_.at("cases")) {
            if (one.at("status") == "measured" && !measured_.contains(one.at("id").get<std::string>()))
                problem(fmt::format("/cases/{}", index),
                        "is measured, but no kept block has a throughput slice of it");
            ++index;
        }
    }

    const json& document_;
    std::map<std::string, const json*> cases_;
    std::set<std::string> groups_, measured_;
    std::map<std::string, std::uint64_t> machine_of_;
    std::vector<std::string> problems_;
};

} // namespace

std::vector<std::string> reference_problems(const json& document) {
    return reference_checker(document).problems();
}

} // namespace bench
