#include <spargio/observe/detail/trace_buffer.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace spargio {
namespace {

using nlohmann::json;

task<> nothing() { co_return; }

task<std::uint64_t> ping(std::uint32_t partner, bool first, int rounds) {
    const auto there = this_shard::remote(partner);
    if (first) (void)co_await there.send(1, 0);
    for (int i = 0; i < rounds; ++i) {
        if (!co_await this_shard::next_event()) co_return 0;
        if (!first || i + 1 < rounds) (void)co_await there.send(1, 0);
    }
    co_return 0;
}

/// Keeps its shard busy until another shard has run them all.
task<> spawn_for_thieves(int count) {
    std::atomic<int> ran{0};
    const auto one = [](std::atomic<int>& done) -> task<> {
        done.fetch_add(1);
        co_return;
    };
    for (int i = 0; i < count; ++i) spawn(one(ran)).detach();
    while (ran.load() != count) std::this_thread::yield();
    co_return;
}

task<> fork_and_join(int count) {
    for (int i = 0; i < count; ++i) {
        auto child = spawn(nothing());
        co_await std::move(child);
    }
}

/// What one shard's track holds, by the names of events; slices count at their beginning.
struct seen_track {
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t stolen = 0;
    std::vector<std::string> faults;
};

/// Reads a trace as a viewer does: slices must nest, times must not run backwards.
std::map<std::string, seen_track> read(const json& trace) {
    std::map<int, std::string> names;
    std::map<std::string, seen_track> tracks;
    std::map<std::string, std::vector<std::string>> open;
    std::map<std::string, double> last;
    for (const json& each : trace.at("traceEvents")) {
        const std::string phase = each.at("ph");
        const int thread = each.at("tid");
        if (phase == "M") {
            names[thread] = each.at("args").at("name");
            continue;
        }
        const std::string shard = names.at(thread);
        const std::string name = each.at("name");
        seen_track& track = tracks[shard];
        if (each.at("ts").get<double>() < last[shard]) track.faults.push_back(name + " before its time");
        last[shard] = each.at("ts");
        if (phase == "E") {
            if (open[shard].empty() || open[shard].back() != name)
                track.faults.push_back(name + " ends without having begun");
            else
                open[shard].pop_back();
            continue;
        }
        if (phase == "B") {
            if (name == "asleep" && !open[shard].empty()) track.faults.push_back("asleep within a slice");
            open[shard].push_back(name);
        }
        if (name == "task" && !each.at("args").at("task").get<std::string>().starts_with("0x"))
            track.faults.push_back("a task without its address");
        if (name == "steal") track.stolen += each.at("args").at("tasks").get<std::uint64_t>();
        ++track.counts[name];
    }
    for (const auto& [shard, names_left] : open)
        if (!names_left.empty()) tracks[shard].faults.push_back(names_left.back() + " never ends");
    return tracks;
}

class R48 : public testing::Test {
protected:
    R48() { trace::keep_events_per_shard(65'536); }
    ~R48() override { trace::clear(); }

    static json written() {
        std::ostringstream text;
        EXPECT_TRUE(trace::write_chrome_json(text).has_value());
        return json::parse(text.str());
    }
};

TEST_F(R48, a_run_becomes_a_trace_that_agrees_with_the_counters) {
    auto started = runtime::start({.shards = 2, .spin = std::chrono::microseconds(0)});
    ASSERT_TRUE(started.has_value());
    const auto handle = (*started)->handle();
    auto second = handle.spawn(ping(0, false, 100), pinned{1});
    auto first = handle.spawn(ping(1, true, 100), pinned{0});
    std::move(first).get();
    std::move(second).get();
    auto feeding = handle.spawn(spawn_for_thieves(50), pinned{0});
    std::move(feeding).get();
    auto forking = handle.spawn(fork_and_join(200), pinned{1});
    std::move(forking).get();
    started->reset();

    const runtime_stats stats = handle.stats();
    const json trace = written();
    EXPECT_EQ(trace.at("otherData").at("dropped_events"), 0);
    auto tracks = read(trace);
    ASSERT_EQ(tracks.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        auto& seen = tracks["shard " + std::to_string(i)];
        for (const auto& fault : seen.faults) ADD_FAILURE() << "shard " << i << ": " << fault;
        EXPECT_EQ(seen.counts["task"], stats.shards[i].tasks_run) << i;
        EXPECT_EQ(seen.counts["asleep"], stats.shards[i].parks) << i;
        EXPECT_EQ(seen.counts["bell sent"], stats.shards[i].bells_sent) << i;
        EXPECT_EQ(seen.counts["bell received"], stats.shards[i].bells_received) << i;
        EXPECT_EQ(seen.stolen, stats.shards[i].tasks_stolen) << i;
    }
    EXPECT_EQ(tracks["shard 0"].counts["spawn"], 50u);
    EXPECT_EQ(tracks["shard 1"].counts["spawn"], 200u);
    EXPECT_GE(tracks["shard 0"].counts["arrival"], 2u);
}

TEST_F(R48, a_full_buffer_keeps_the_newest_and_counts_what_it_dropped) {
    trace::keep_events_per_shard(100);
    {
        auto started = runtime::start({.shards = 1});
        ASSERT_TRUE(started.has_value());
        auto forking = (*started)->spawn(fork_and_join(1000));
        std::move(forking).get();
    }
    const json trace = written();
    EXPECT_GT(trace.at("otherData").at("dropped_events").get<int>(), 2000);
    for (const auto& [shard, seen] : read(trace))
        for (const auto& fault : seen.faults) ADD_FAILURE() << shard << ": " << fault;
}

TEST_F(R48, a_trace_can_be_written_while_shards_run) {
    trace::keep_events_per_shard(512);
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    auto forking = (*started)->spawn(fork_and_join(20'000));
    do {
        for (const auto& [shard, seen] : read(written()))
            for (const auto& fault : seen.faults) ADD_FAILURE() << shard << ": " << fault;
    } while (!forking.ready());
    std::move(forking).get();
}

TEST_F(R48, a_file_is_written_whole_or_the_error_says_that_it_was_not) {
    EXPECT_EQ(run({.shards = 1}, [] { return ping(0, false, 0); }), 0u);
    const std::string path = testing::TempDir() + "spargio_trace.json";
    ASSERT_TRUE(trace::write_chrome_json(path).has_value());
    std::ifstream file(path);
    EXPECT_EQ(read(json::parse(file)).count("shard 0"), 1u);
    std::remove(path.c_str());
    EXPECT_EQ(trace::write_chrome_json(testing::TempDir() + "no/such/folder/trace.json"),
              status(std::unexpected(errc::no_resources)));
}

TEST_F(R48, a_reader_never_sees_a_torn_event) {
    trace::detail::buffer tested(8);
    std::atomic<bool> over{false};
    std::uint64_t written = 0;
    std::thread writer([&] {
        while (!over.load(std::memory_order_relaxed)) {
            ++written;
            tested.add({written, written * 3, trace::kind::steal});
        }
    });
    int torn = 0;
    std::uint64_t newest = 0;
    // Until the writer has moved on a thousand times between two looks, however the two share the CPUs.
    for (int moved = 0; moved < 1000 || newest < 100'000;) {
        std::uint64_t before = 0;
        for (const auto& each : tested.copy().events) {
            if (each.what != each.time_ns * 3 || (before != 0 && each.time_ns != before + 1)) ++torn;
            before = each.time_ns;
        }
        if (before > newest) ++moved;
        newest = std::max(newest, before);
    }
    over.store(true);
    writer.join();
    EXPECT_EQ(torn, 0);
    const auto rest = tested.copy();
    EXPECT_EQ(rest.events.size(), 8u);
    EXPECT_EQ(rest.events.back().time_ns, written);
    EXPECT_EQ(rest.dropped, written - 8);
}

} // namespace
} // namespace spargio
