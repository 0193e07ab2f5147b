#include <spargio/observe/prometheus.hpp>

#include <cstddef>

namespace spargio {
namespace {

/// A label's value: backslash, quote and line end are escaped.
std::string escaped(std::string_view value) {
    std::string text;
    for (const char each : value) {
        if (each == '\\' || each == '"') text += '\\';
        if (each == '\n')
            text += "\\n";
        else
            text += each;
    }
    return text;
}

} // namespace

std::string prometheus_text(const runtime_stats& stats, std::string_view name) {
    const std::string runtime_label = name.empty() ? "" : ",runtime=\"" + escaped(name) + '"';
    std::string text;
    for (const stat_field& each : stat_fields()) {
        const bool is_total = each.kind == stat_kind::total;
        const std::string metric = "spargio_" + std::string(each.name) + (is_total ? "_total" : "");
        text += "# HELP " + metric + ' ' + std::string(each.help) + '\n';
        text += "# TYPE " + metric + (is_total ? " counter\n" : " gauge\n");
        for (std::size_t i = 0; i < stats.shards.size(); ++i)
            text += metric + "{shard=\"" + std::to_string(i) + '"' + runtime_label + "} " +
                    std::to_string(stats.shards[i].*each.value) + '\n';
    }
    return text;
}

} // namespace spargio
