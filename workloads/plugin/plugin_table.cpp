#include "workloads/plugin/plugin_table.hpp"

#include "workloads/contract/backend.hpp"

#include <dlfcn.h>

#include <cctype>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <string_view>

namespace bench {
namespace {

using problem = std::unexpected<std::string>;

constexpr std::string_view again = "; compile it again with the workloads/backend_c.h of this harness";

/// Of the table as version 1 had it first; what was added since may be missing.
constexpr std::size_t first_size = offsetof(bench_backend, standing);

/// A table from before something was added, with null for that. Only the main thread loads plugins.
const bench_backend* widened(const bench_backend& narrow) {
    static std::map<const bench_backend*, bench_backend> all;
    auto& whole = all[&narrow];
    std::memcpy(&whole, &narrow, first_size);
    return &whole;
}

bool is_name(const char* text) {
    if (text == nullptr || *text == '\0') return false;
    for (; *text != '\0'; ++text)
        if (std::islower(static_cast<unsigned char>(*text)) == 0 &&
            std::isdigit(static_cast<unsigned char>(*text)) == 0 && *text != '_')
            return false;
    return true;
}

bool is_rival_class(std::string_view word) {
    const auto read = backend_class_of(word);
    return read && *read != backend_class::floor;
}

/// What a member of the table lacks; empty when it lacks nothing.
std::string first_lack(const bench_backend& table) {
    if (!is_name(table.name))
        return "its table has no name, or one with other characters than lower-case letters, digits and _; the "
               "command line needs one";
    for (const auto& [member, value] : {std::pair{"version", table.version}, {"summary", table.summary}})
        if (value == nullptr || *value == '\0')
            return std::string("its table has no ") + member + "; results must say what was measured";
    if (table.standing != nullptr && !is_rival_class(table.standing))
        return std::string("its table says '") + table.standing +
               "' for its standing; it takes general, specialist";
    if (table.open == nullptr || table.run == nullptr || table.close == nullptr) {
        const char* call = table.open == nullptr ? "open" : table.run == nullptr ? "run" : "close";
        return std::string("its function `") + call +
               "` is null; a plugin needs open, run and close (workloads/backend_c.h)";
    }
    if (table.knob_count != 0 && table.knobs == nullptr)
        return "its table counts " + std::to_string(table.knob_count) +
               " knobs and shows none: `knobs` is null";
    for (std::size_t i = 0; i < table.knob_count; ++i) {
        const auto& knob = table.knobs[i];
        if (knob.name == nullptr || knob.initial == nullptr || knob.range == nullptr || knob.unit == nullptr ||
            knob.help == nullptr)
            return "a member of its knob number " + std::to_string(i) +
                   " is null; write \"\" where there is nothing";
    }
    return {};
}

} // namespace

std::expected<const bench_backend*, std::string> load_plugin_table(const std::string& path) {
    std::error_code error;
    const auto whole = std::filesystem::absolute(path, error); // a name without a slash is searched elsewhere
    if (!std::filesystem::is_regular_file(whole, error))
        return problem("there is no such file; give the path of a shared library");
    void* const library = ::dlopen(whole.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr)
        return problem(
            std::string("it cannot be loaded: ") + ::dlerror() +
            "; it must be a shared library for this machine (cc -shared -fPIC), and `ldd` shows what it "
            "misses");
    const auto plugin = reinterpret_cast<bench_plugin_function>(::dlsym(library, BENCH_PLUGIN_SYMBOL));
    if (plugin == nullptr)
        return problem(
            "it exports no function `" BENCH_PLUGIN_SYMBOL
            "`: not a plugin, or its symbols are hidden (workloads/backend_c.h says what to export)");
    const bench_backend* const table = plugin(BENCH_ABI_VERSION);
    if (table == nullptr)
        return problem("it has no table for version " + std::to_string(BENCH_ABI_VERSION) +
                       " of the interface" + std::string(again));
    if (table->abi_version != BENCH_ABI_VERSION)
        return problem("it was made for version " + std::to_string(table->abi_version) +
                       " of the interface, this harness has version " + std::to_string(BENCH_ABI_VERSION) +
                       std::string(again));
    if (table->size < first_size)
        return problem("its table has " + std::to_string(table->size) + " bytes, not the " +
                       std::to_string(first_size) + " of version " + std::to_string(BENCH_ABI_VERSION) +
                       std::string(again));
    const auto* const complete = table->size < sizeof(bench_backend) ? widened(*table) : table;
    if (auto lack = first_lack(*complete); !lack.empty()) return problem(std::move(lack));
    return complete;
}

} // namespace bench
