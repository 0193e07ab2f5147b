#include "harness/plan/arm.hpp"

#include "backends/registry/registry.hpp"
#include "harness/common/names.hpp"
#include "harness/common/text.hpp"

#include <fmt/format.h>

namespace bench {
namespace {

constexpr std::string_view base_mark = "@base";

std::string knob_list(const knob_values& knobs) {
    std::vector<std::string> parts;
    for (const auto& [name, value] : knobs) parts.push_back(name + "=" + value);
    return join(parts, ",");
}

std::vector<std::string> backend_names() {
    std::vector<std::string> names;
    for (const auto* b : all_backends()) names.emplace_back(b->name());
    return names;
}

} // namespace

std::string arm::label() const {
    std::string text(backend->name());
    if (of_base) text += base_mark;
    if (!knobs.empty()) text += "[" + knob_list(knobs) + "]";
    if (occurrence > 1) text += fmt::format("#{}", occurrence);
    return text;
}

std::string arm::argument() const {
    return std::string(backend->name()) + std::string(of_base ? base_mark : "") +
           (knobs.empty() ? "" : "," + knob_list(knobs));
}

std::string arm::cell_argument() const {
    return std::string(backend->name()) + (knobs.empty() ? "" : "," + knob_list(knobs));
}

std::expected<arm, problem> parse_arm(std::string_view text) {
    const auto name_end = std::min(text.find_first_of("[,"), text.size());
    auto name = text.substr(0, name_end);
    const bool of_base = name.ends_with(base_mark);
    if (of_base) name.remove_suffix(base_mark.size());
    std::string_view rest = text.substr(std::min(name_end + 1, text.size()));
    if (name_end < text.size() && text[name_end] == '[') {
        if (!rest.ends_with(']'))
            return refused(problem_code::bad_value, "", fmt::format("arm '{}' has no closing bracket", text),
                           "write it as name[knob=value]");
        rest.remove_suffix(1);
    }
    arm read{.backend = find_backend(name), .of_base = of_base, .knobs = {}};
    if (read.backend == nullptr)
        return refused(problem_code::unknown_name, "", fmt::format("there is no backend '{}'", name),
                       did_you_mean(name, backend_names()));
    const auto place = fmt::format("arm '{}'", text);
    if (name_end < text.size()) {
        for (const auto& part : split(rest, ',')) {
            const auto equals = part.find('=');
            if (equals == std::string::npos || equals == 0)
                return refused(problem_code::bad_value, place, fmt::format("'{}' is not knob=value", part));
            if (!read.knobs.emplace(part.substr(0, equals), part.substr(equals + 1)).second)
                return refused(problem_code::bad_value, "",
                               fmt::format("arm '{}' gives knob '{}' twice", text, part.substr(0, equals)));
        }
    }
    if (const auto legal = read.backend->effective_knobs(read.knobs); !legal)
        return refused(problem_code::bad_value, place, legal.error());
    return read;
}

} // namespace bench
