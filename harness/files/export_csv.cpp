#include "harness/files/export.hpp"

#include <array>
#include <map>
#include <string_view>

namespace bench {
namespace {

constexpr std::array<std::string_view, 10> slice_columns{
    "mode",      "iterations",         "operations",           "wall_ns",      "user_ns",
    "system_ns", "voluntary_switches", "involuntary_switches", "instructions", "cycles"};

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string all = "\"";
    for (const char letter : text) {
        if (letter == '"') all += '"';
        all += letter;
    }
    return all + '"';
}

std::string cell(const json& value) {
    if (value.is_null()) return "";
    return value.is_string() ? quoted(value.get<std::string>()) : value.dump();
}

} // namespace

std::string exported_csv(const json& document, const std::string& case_id) {
    std::string all = "block,number,dropped,case,group,arm,backend";
    for (const auto name : slice_columns) all += "," + std::string(name);
    all += "\r\n";
    std::map<std::string, const json*> cases;
    for (const json& one : document.at("cases")) cases.emplace(one.at("id").get<std::string>(), &one);
    for (const json& block : document.at("blocks"))
        for (const json& slice : block.at("slices")) {
            const auto id = slice.at("case").get<std::string>();
            if (!case_id.empty() && id != case_id) continue;
            const json& of = *cases.at(id);
            all += cell(block.at("index")) + "," + cell(block.at("number")) + "," + cell(block.at("dropped"));
            for (const char* name : {"id", "group", "arm", "backend"}) all += "," + cell(of.at(name));
            for (const auto name : slice_columns) {
                const auto at = slice.find(name);
                all += "," + (at == slice.end() ? "" : cell(*at));
            }
            all += "\r\n";
        }
    return all;
}

} // namespace bench
