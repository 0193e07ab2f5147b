#include "workloads/plugin/plugin_table.hpp"

#include <dlfcn.h>

#include <cctype>
#include <filesystem>
#include <string_view>

namespace bench {
namespace {

using problem = std::unexpected<std::string>;

constexpr std::string_view again = "; compile it again with the workloads/backend_c.h of this harness";

bool is_name(const char* text) {
    if (text == nullptr || *text == '\0') return false;
    for (; *text != '\0'; ++text)
        if (std::islower(static_cast<unsigned char>(*text)) == 0 &&
            std::isdigit(static_cast<unsigned char>(*text)) == 0 && *text != '_')
            return false;
    return true;
}

/// What a member of the table lacks; empty when it lacks nothing.
std::string first_lack(const bench_backend& table) {
    if (!is_name(table.name))
        return "its table has no name, or one with other characters than lower-case letters, digits and _; the "
               "command line needs one";
    for (const auto& [member, value] : {std::pair{"version", table.version}, {"summary", table.summary}})
        if (value == nullptr || *value == '\0')
            return std::string("its table has no ") + member + "; results must say what was measured";
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
    if (table->size < sizeof(bench_backend))
        return problem("its table has " + std::to_string(table->size) + " bytes, not the " +
                       std::to_string(sizeof(bench_backend)) + " of version " +
                       std::to_string(BENCH_ABI_VERSION) + std::string(again));
    if (auto lack = first_lack(*table); !lack.empty()) return problem(std::move(lack));
    return table;
}

} // namespace bench
