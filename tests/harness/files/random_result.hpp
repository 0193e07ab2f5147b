// Results made at random from the schema: what no run writes, but a reader may be given.
#pragma once

#include "harness/common/json.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace bench {

class random_result {
public:
    random_result(const json& schema, std::uint64_t seed) : schema_(schema), random_(seed) {}

    /// A document that the schema allows, with names that refer to each other as they should.
    json make() {
        auto document = value_of(schema_);
        document["schema_version"] = "1.4";
        name_all(document);
        return document;
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    template <class Value>
    const Value& one_of(const std::vector<Value>& all) {
        return all[below(all.size())];
    }

    json value_of(const json& rule) {
        if (const auto at = rule.find("$ref"); at != rule.end())
            return value_of(schema_.at(json::json_pointer(at->get<std::string>().substr(1))));
        if (const auto at = rule.find("oneOf"); at != rule.end()) return value_of((*at)[below(at->size())]);
        if (const auto at = rule.find("enum"); at != rule.end()) return (*at)[below(at->size())];
        if (const auto at = rule.find("const"); at != rule.end()) return *at;
        const auto at = rule.find("type");
        if (at == rule.end()) return nullptr;
        const auto type = at->is_array() ? (*at)[below(at->size())].get<std::string>() : at->get<std::string>();
        if (type == "object") return object_of(rule);
        if (type == "array") return array_of(rule);
        if (type == "boolean") return below(2) == 0;
        if (type == "integer") return integer_of(rule);
        if (type == "number")
            return below(2) == 0 ? json(integer_of(rule)) : json(0.25 * static_cast<double>(below(9)));
        if (type == "string") return text();
        return nullptr;
    }

    json integer_of(const json& rule) {
        static const std::vector<std::int64_t> usual{
            0, 1, 2, 7, 999, 1'000'000, std::int64_t{1} << 53, INT64_MAX, -1, INT64_MIN};
        const auto least = rule.value("minimum", INT64_MIN);
        if (least >= 0 && below(8) == 0) return UINT64_MAX;
        return std::max(one_of(usual), least);
    }

    std::string text() {
        static const std::vector<std::string> usual{"",     "a",  "a/b", "a|b", "a\"b,c",
                                                    "a\nb", "{}", "%s",  "ä€😀", std::string(300, 'x')};
        return one_of(usual);
    }

    json array_of(const json& rule) {
        json all = json::array();
        const auto least = rule.value("minItems", std::size_t{0});
        const auto count = least + below(rule.value("maxItems", least + 3) - least + 1);
        for (std::size_t i = 0; i < count; ++i) all.push_back(value_of(rule.value("items", json::object())));
        return all;
    }

    json object_of(const json& rule) {
        json made = json::object();
        const auto required = rule.value("required", json::array());
        const auto properties = rule.value("properties", json::object());
        for (const auto& [key, of] : properties.items()) {
            const bool wanted = std::find(required.begin(), required.end(), json(key)) != required.end();
            if (wanted || below(3) != 0) made[key] = value_of(of);
        }
        const auto more = rule.value("additionalProperties", json(true));
        if (more != json(false) && below(4) == 0)
            made[text()] = more.is_object() ? value_of(more) : json{{"new", {1, "x"}}};
        return made;
    }

    /// What the schema can't say: ids, positions, and who refers to whom.
    void name_all(json& document) {
        std::size_t number = 0;
        for (const char* list : {"backends", "workloads", "cases"})
            if (document[list].empty()) document[list].push_back(value_of(items(list)));
        for (const char* list : {"backends", "workloads"})
            for (auto& each : document[list]) each["name"] = text() + std::to_string(number++);
        for (const char* list : {"cases", "blocks", "parts"})
            if (document.contains(list))
                for (auto& each : document[list]) each["machine"] = 0;
        for (auto& each : document["cases"]) {
            each["group"] = "g" + std::to_string(number % 2) + text();
            each["arm"] = "arm" + std::to_string(number++);
            each["id"] = each["group"].get<std::string>() + "|" + each["arm"].get<std::string>();
            each["backend"] = document["backends"][below(document["backends"].size())]["name"];
            each["workload"] = document["workloads"][below(document["workloads"].size())]["name"];
            each["status"] = "failed";
            each["reason"] = "because " + text();
        }
        std::size_t index = 0;
        for (auto& block : document["blocks"]) {
            block["index"] = block["number"] = index++;
            auto& measured = document["cases"][below(document["cases"].size())];
            block["group"] = measured["group"];
            for (auto& slice : block["slices"]) {
                slice["case"] = measured["id"];
                for (const char* key : {"operations", "wall_ns"})
                    if (slice[key] == 0) slice[key] = 1;
                if (block["dropped"] == false && slice["mode"] == "throughput") measured["status"] = "measured";
            }
        }
    }

    const json& items(const char* list) { return schema_.at("properties").at(list).at("items"); }

    const json& schema_;
    std::mt19937_64 random_;
};

} // namespace bench
