#include "workloads/plugin/plugin_backend.hpp"

#include "workloads/plugin/isolated.hpp"
#include "workloads/plugin/plugin_session.hpp"
#include "workloads/plugin/plugin_table.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <utility>

namespace bench {
namespace {

constexpr std::chrono::seconds patience{10};

std::atomic<bool> loaded_directly{false};

/// What the lists show of a plugin.
struct description {
    std::string name, version, summary;
    std::vector<knob_spec> knobs;
    bool checks_knobs = false;
    backend_class standing = backend_class::general;
    bool says_how_it_waits = false;
};

description describe(const bench_backend& table) {
    description read{
        .name = table.name,
        .version = table.version,
        .summary = table.summary,
        .knobs = {},
        .checks_knobs = table.check_knobs != nullptr,
        .standing =
            backend_class_of(table.standing == nullptr ? "" : table.standing).value_or(backend_class::general),
        .says_how_it_waits = table.waits != nullptr};
    for (std::size_t i = 0; i < table.knob_count; ++i) {
        const auto& knob = table.knobs[i];
        read.knobs.push_back({knob.name, knob.initial, knob.range, knob.unit, knob.help});
    }
    return read;
}

// A description on its way between two processes; the first text says whether it is one.
std::vector<std::string> to_texts(const description& from) {
    std::vector<std::string> all{"is",
                                 from.name,
                                 from.version,
                                 from.summary,
                                 from.checks_knobs ? "yes" : "no",
                                 std::string(word_of(from.standing)),
                                 from.says_how_it_waits ? "yes" : "no"};
    for (const auto& knob : from.knobs)
        all.insert(all.end(), {knob.name, knob.initial, knob.range, knob.unit, knob.help});
    return all;
}

description from_texts(const std::vector<std::string>& all) {
    description read{.name = all.at(1),
                     .version = all.at(2),
                     .summary = all.at(3),
                     .knobs = {},
                     .checks_knobs = all.at(4) == "yes",
                     .standing = backend_class_of(all.at(5)).value_or(backend_class::general),
                     .says_how_it_waits = all.at(6) == "yes"};
    for (std::size_t at = 7; at + 5 <= all.size(); at += 5)
        read.knobs.push_back({all[at], all[at + 1], all[at + 2], all[at + 3], all[at + 4]});
    return read;
}

std::expected<description, std::string> read_description(const std::string& path) {
    if (loaded_directly.load(std::memory_order_relaxed)) {
        const auto table = load_plugin_table(path);
        if (!table) return std::unexpected(table.error());
        return describe(**table);
    }
    const auto said = run_isolated(
        [&]() -> std::vector<std::string> {
            const auto table = load_plugin_table(path);
            return table ? to_texts(describe(**table)) : std::vector{std::string("not"), table.error()};
        },
        patience);
    if (!said)
        return std::unexpected("it " + said.error() +
                               " while it was loaded; load it under a debugger, as in `gdb "
                               "--args spargio-bench list --plugin " +
                               path + "` (set follow-fork-mode child)");
    if (said->front() == "not") return std::unexpected(said->at(1));
    return from_texts(*said);
}

class plugin_backend final : public backend {
public:
    explicit plugin_backend(built_in_plugin plugin) : plugin_(std::move(plugin)) {}
    plugin_backend(std::string path, description read)
        : plugin_{.name = read.name, .path = std::move(path), .summary = {}, .lack = {}},
          read_(std::move(read)), origin_(plugin_.path) {}

    std::string_view name() const override { return plugin_.name; }
    backend_kind kind() const override { return backend_kind::rival; }
    backend_class standing() const override {
        return described() ? described()->standing : backend_class::general;
    }
    std::optional<wait_manner> waits(const knob_values& effective) const override {
        if (!described() || !described()->says_how_it_waits) return std::nullopt;
        return wait_manner_of(isolated_answer([&](const bench_backend& table) -> std::string {
                                  const auto settings = plugin_settings(effective);
                                  const char* said = table.waits(settings.data(), settings.size());
                                  return said == nullptr ? "" : said;
                              }).value_or(""));
    }
    std::string version() const override { return described() ? described()->version : "unavailable"; }
    std::string_view summary() const override { return described() ? described()->summary : plugin_.summary; }
    std::vector<knob_spec> knobs() const override {
        return described() ? described()->knobs : std::vector<knob_spec>{};
    }
    std::string_view origin() const override { return origin_; }
    std::string_view library() const noexcept { return plugin_.path; }
    std::optional<std::string> lack() const override {
        return described() ? std::nullopt : std::optional(described().error());
    }

    std::expected<knob_values, std::string> effective_knobs(const knob_values& given) const override {
        if (!described())
            return given; // unknown while it is not described; it will be refused for what it lacks
        auto knobs = backend::effective_knobs(given);
        if (!knobs || !described()->checks_knobs) return knobs;
        if (auto problem = problem_with(*knobs); !problem.empty()) return std::unexpected(std::move(problem));
        return knobs;
    }

    std::expected<std::unique_ptr<session>, refusal> open(const workload& asked, const parameters& values,
                                                          const knob_values& given) override {
        if (!described()) return std::unexpected(refusal{refusal::kind_type::unavailable, described().error()});
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const auto table = load_plugin_table(plugin_.path);
        if (!table) return std::unexpected(refusal{refusal::kind_type::failed, at_path(table.error())});
        is_loaded_ = true;
        return open_plugin_session(**table, asked, values, *knobs);
    }

private:
    std::string at_path(const std::string& problem) const { return "plugin " + plugin_.path + ": " + problem; }

    /// Read once. Only the thread that asks backends for anything comes here.
    const std::expected<description, std::string>& described() const {
        if (!read_) {
            if (!std::filesystem::exists(plugin_.path))
                read_ = std::unexpected(plugin_.lack);
            else if (auto read = read_description(plugin_.path); !read)
                read_ = std::unexpected(at_path(read.error()) + "; or build this project again");
            else if (read->name != plugin_.name)
                read_ = std::unexpected(at_path("it is called '" + read->name + "' and not '" + plugin_.name +
                                                "'; build this project again"));
            else
                read_ = std::move(read);
        }
        return *read_;
    }

    std::string problem_with(const knob_values& knobs) const {
        const auto said = isolated_answer([&](const bench_backend& table) -> std::string {
            const auto settings = plugin_settings(knobs);
            plugin_text why;
            if (table.check_knobs(settings.data(), settings.size(), why.view()) == BENCH_OK) return {};
            auto text = why.text();
            return text.empty() ? "the plugin does not like these knobs and does not say which" : text;
        });
        return said ? *said : said.error();
    }

    /// What the plugin's own code says of knobs: in a process of its own, as it may crash, until it is loaded
    /// here.
    template <class Question>
    std::expected<std::string, std::string> isolated_answer(const Question& question) const {
        const auto ask = [&]() -> std::vector<std::string> {
            const auto table = load_plugin_table(plugin_.path);
            if (!table) return {"not", at_path(table.error())};
            return {"is", question(**table)};
        };
        std::vector<std::string> answer;
        if (is_loaded_ || loaded_directly.load(std::memory_order_relaxed)) {
            answer = ask();
        } else {
            auto said = run_isolated(ask, patience);
            if (!said) return std::unexpected(at_path("it " + said.error() + " while it looked at its knobs"));
            answer = *std::move(said);
        }
        if (answer.at(0) == "not") return std::unexpected(answer.at(1));
        return answer.at(1);
    }

    built_in_plugin plugin_;
    mutable std::optional<std::expected<description, std::string>> read_;
    std::string origin_;
    bool is_loaded_ = false; ///< into this process
};

} // namespace

std::unique_ptr<backend> make_plugin_backend(built_in_plugin plugin) {
    return std::make_unique<plugin_backend>(std::move(plugin));
}

std::string_view plugin_library(const backend& asked) {
    const auto* plugin = dynamic_cast<const plugin_backend*>(&asked);
    return plugin == nullptr ? std::string_view() : plugin->library();
}

std::expected<std::unique_ptr<backend>, std::string> load_plugin(const std::string& path) {
    std::error_code error;
    auto whole = std::filesystem::absolute(path, error).lexically_normal().string();
    auto read = read_description(whole);
    if (!read) return std::unexpected("plugin " + path + ": " + read.error());
    return std::make_unique<plugin_backend>(std::move(whole), *std::move(read));
}

void load_plugins_directly() noexcept { loaded_directly.store(true, std::memory_order_relaxed); }

} // namespace bench
