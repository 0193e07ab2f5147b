#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace spargio {
namespace {

/// What a Prometheus server would make of a text: the samples of each metric by their labels.
struct exposition {
    std::map<std::string, std::string> types;
    std::map<std::string, std::map<std::string, double>> samples;
    std::vector<std::string> faults;
};

/// Reads the text exposition format 0.0.4 as far as counters and gauges need it, and notes every offence.
exposition parse(const std::string& text) {
    static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
    static const std::regex type(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge))");
    static const std::regex sample(
        R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)+)\} (\d+))re");
    exposition result;
    std::set<std::string> explained;
    if (text.empty() || text.back() != '\n') result.faults.push_back("the last line has no end");
    std::istringstream lines(text);
    std::string metric; // whose samples may stand here: all samples of one metric stand together
    for (std::string line; std::getline(lines, line);) {
        std::smatch found;
        if (std::regex_match(line, found, help)) {
            if (!explained.insert(found[1]).second) result.faults.push_back("explained twice: " + line);
        } else if (std::regex_match(line, found, type)) {
            metric = found[1];
            if (!explained.contains(metric)) result.faults.push_back("no HELP before " + line);
            if (!result.types.emplace(metric, found[2]).second) result.faults.push_back("typed twice: " + line);
        } else if (std::regex_match(line, found, sample)) {
            if (found[1] != metric) result.faults.push_back("stands under another metric: " + line);
            if (!result.samples[found[1]].emplace(found[2], std::stod(found[3])).second)
                result.faults.push_back("sampled twice: " + line);
        } else {
            result.faults.push_back("not understood: " + line);
        }
    }
    for (const auto& [name, kind] : result.types)
        if ((kind == "counter") != name.ends_with("_total")) result.faults.push_back("misnamed: " + name);
    return result;
}

task<> send_ten() {
    const auto there = this_shard::remote(1);
    for (int i = 0; i < 10; ++i) (void)there.post(1, 0);
    co_return;
}

TEST(R47, the_prometheus_text_has_every_number_of_every_shard_and_keeps_the_format) {
    auto started = runtime::start({.shards = 3});
    ASSERT_TRUE(started.has_value());
    auto sending = (*started)->spawn(send_ten(), pinned{2});
    std::move(sending).get();
    const exposition seen = parse(prometheus_text((*started)->handle()));
    EXPECT_TRUE(seen.faults.empty()) << seen.faults.front();
    EXPECT_EQ(seen.types.size(), stat_fields().size());
    for (const auto& [name, samples] : seen.samples) EXPECT_EQ(samples.size(), 3u) << name;
    EXPECT_EQ(seen.types.at("spargio_messages_sent_total"), "counter");
    EXPECT_EQ(seen.types.at("spargio_ready_pinned"), "gauge");
    EXPECT_EQ(seen.samples.at("spargio_messages_sent_total").at(R"(shard="2")"), 10);
    EXPECT_EQ(seen.samples.at("spargio_messages_sent_total").at(R"(shard="0")"), 0);
}

TEST(R47, the_name_of_a_runtime_is_a_label_whatever_characters_it_has) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    const exposition seen = parse(prometheus_text((*started)->handle(), "a \"b\" \\ \n c"));
    EXPECT_TRUE(seen.faults.empty()) << seen.faults.front();
    EXPECT_TRUE(seen.samples.at("spargio_parks_total").contains(R"(shard="0",runtime="a \"b\" \\ \n c")"));
}

// The judge itself, where it is installed.
TEST(R47, promtool_accepts_the_text) {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    const std::string path = ::testing::TempDir() + "spargio_metrics.txt";
    std::ofstream(path) << prometheus_text((*started)->handle());
    EXPECT_EQ(std::system(("promtool check metrics < " + path).c_str()), 0);
    std::remove(path.c_str());
}

} // namespace
} // namespace spargio
