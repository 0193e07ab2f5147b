// Every workload of the table is well formed, and its right answer depends on what it should (W1, W4).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/contract/workload.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bench {
namespace {

parameters defaults_of(const workload& what) { return parameters::make(what.parameters, {}).value(); }

/// The workloads whose operations carry data, so that a checksum can tell right from wrong.
bool carries_data(const workload& what) { return what.name != "idle/park" && what.name != "harness/empty"; }

TEST(workload_table, W1_has_the_scenarios_of_this_version) {
    for (const char* const name :
         {"ping_pong/steady_rtt", "ping_pong/tasks_rtt", "ping_pong/one_way_drain", "ping_pong/cold_start",
          "fanout/balanced", "fanout/skewed", "fanout/hotkey_rotation", "fanout/skynet", "fanout/fib",
          "fs/read_rtt", "fs/read_depth", "fs/write_depth", "fs/metadata_storm", "idle/park", "harness/empty"})
        EXPECT_NE(find_workload(name), nullptr) << name;
}

TEST(workload_table, W1_names_are_unique_and_found_again) {
    std::set<std::string_view> names;
    for (const auto& what : all_workloads()) {
        EXPECT_TRUE(names.insert(what.name).second) << what.name << " stands twice";
        EXPECT_EQ(find_workload(what.name), &what);
        EXPECT_NE(what.name.find('/'), std::string_view::npos) << what.name << " is not family/case";
    }
    EXPECT_EQ(find_workload("ping_pong"), nullptr);
    EXPECT_EQ(find_workload(""), nullptr);
}

TEST(workload_table, W1_every_workload_says_what_it_does_and_what_an_operation_is) {
    for (const auto& what : all_workloads()) {
        EXPECT_FALSE(what.summary.empty()) << what.name;
        EXPECT_FALSE(what.operation.empty()) << what.name;
        EXPECT_NE(what.expect, nullptr) << what.name;
    }
}

TEST(workload_table, W1_every_default_is_legal_and_every_parameter_explained) {
    for (const auto& what : all_workloads()) {
        std::set<std::string_view> names;
        for (const auto& spec : what.parameters) {
            EXPECT_TRUE(names.insert(spec.name).second) << what.name << ": " << spec.name << " stands twice";
            EXPECT_LE(spec.least, spec.initial) << what.name << ": " << spec.name;
            EXPECT_LE(spec.initial, spec.most) << what.name << ": " << spec.name;
            EXPECT_FALSE(spec.help.empty()) << what.name << ": " << spec.name;
            const std::vector<assignment> given{{std::string(spec.name), std::to_string(spec.initial)}};
            EXPECT_TRUE(parameters::make(what.parameters, given)) << what.name << ": " << spec.name;
        }
    }
}

TEST(workload_table, W10_to_W37_defaults_are_the_constants_of_the_specification) {
    const auto label = [](std::string_view name) { return defaults_of(*find_workload(name)).label(); };
    EXPECT_EQ(label("ping_pong/steady_rtt"), "rounds=256,workers=2");
    EXPECT_EQ(label("ping_pong/tasks_rtt"), "rounds=256,workers=2");
    EXPECT_EQ(label("ping_pong/one_way_drain"), "messages=2048,batch=1,workers=2");
    EXPECT_EQ(label("ping_pong/cold_start"), "rounds=64,workers=2");
    EXPECT_EQ(label("fanout/balanced"), "requests=64,branches=16,steps=2000,hot_steps=2000,workers=2");
    EXPECT_EQ(label("fanout/skewed"), "requests=64,branches=16,steps=500,hot_steps=20000,workers=2");
    EXPECT_EQ(label("fanout/hotkey_rotation"),
              "requests=64,branches=16,keys=16,rotation=8,steps=500,workers=2");
    EXPECT_EQ(label("fanout/skynet"), "leaves=1000000,workers=2");
    EXPECT_EQ(label("fanout/fib"), "n=30,workers=2");
    EXPECT_EQ(label("fs/read_rtt"), "reads=256,bytes=4096,file_mib=16,workers=2");
    EXPECT_EQ(label("fs/read_depth"), "reads=4096,depth=32,direct=off,bytes=4096,file_mib=16,workers=2");
    EXPECT_EQ(label("fs/write_depth"), "writes=1024,depth=32,bytes=4096,workers=2");
    EXPECT_EQ(label("fs/metadata_storm"), "files=256,depth=32,workers=2");
    EXPECT_EQ(
        label("net/pipeline_hotspot"),
        "streams=8,frames=1024,steps=150,hot_steps=4000,rotation=64,frame_words=32,window=4,write=per_frame,"
        "workers=2,peer_class=normal");
    EXPECT_EQ(
        label("net/keyed_hotspot"),
        "streams=8,steps_in_turn=64,hot_frames=32,cold_frames=2,frame_words=512,frame_messages=16,batch=16,"
        "owners=2,keys=64,window=32,write=per_frame,workers=2,peer_class=normal");
    EXPECT_EQ(label("net/bursty_tenants"),
              "streams=32,frames=2048,rounds=64,burst=4,gap=12,skew=11,pattern=1,frame_words=512,window=32,"
              "write=per_frame,workers=2,peer_class=normal");
    EXPECT_EQ(label("net/open_loop"), "rate=10000,requests=64,connections=8,frame_words=32,workers=2");
    EXPECT_EQ(label("net/connections"), "connections=1000,active_percent=1,frame_words=32,workers=2");
    EXPECT_EQ(label("net/churn"), "connections=256,frame_words=32,window=32,workers=2");
    EXPECT_EQ(label("mixed/io_cpu"),
              "streams=4,frames=64,frame_words=32,reads=256,depth=4,bytes=4096,file_mib=16,branches=64,"
              "least_steps=2000,most_steps=20000,workers=2");
    EXPECT_EQ(label("idle/park"), "workers=2");
}

TEST(workload_table, W4_the_right_answer_is_the_same_each_time) {
    for (const auto& what : all_workloads()) {
        const auto how = defaults_of(what);
        const slice_order order{.iterations = 3, .seed = 42};
        const auto once = what.expect(how, order);
        const auto again = what.expect(how, order);
        EXPECT_EQ(once.operations, again.operations) << what.name;
        EXPECT_EQ(once.checksum, again.checksum) << what.name;
        EXPECT_EQ(once.bytes, again.bytes) << what.name;
        EXPECT_EQ(once.distinct_threads, again.distinct_threads) << what.name;
    }
}

TEST(workload_table, W4_another_seed_gives_another_checksum) {
    for (const auto& what : all_workloads()) {
        if (!carries_data(what)) continue;
        const auto how = defaults_of(what);
        std::set<std::uint64_t> checksums;
        for (std::uint64_t seed = 0; seed < 20; ++seed)
            checksums.insert(what.expect(how, {.iterations = 1, .seed = seed}).checksum);
        EXPECT_EQ(checksums.size(), 20u) << what.name;
    }
}

TEST(workload_table, W4_another_number_of_iterations_gives_other_operations_and_another_checksum) {
    for (const auto& what : all_workloads()) {
        const auto how = defaults_of(what);
        const auto two = what.expect(how, {.iterations = 2, .seed = 5});
        const auto three = what.expect(how, {.iterations = 3, .seed = 5});
        EXPECT_EQ(three.operations * 2, two.operations * 3) << what.name;
        if (carries_data(what)) {
            EXPECT_NE(three.checksum, two.checksum) << what.name;
        }
    }
}

TEST(workload_table, W4_recording_latency_does_not_change_the_right_answer) {
    for (const auto& what : all_workloads()) {
        const auto how = defaults_of(what);
        const auto without = what.expect(how, {.iterations = 2, .seed = 9, .record_latency = false});
        const auto with = what.expect(how, {.iterations = 2, .seed = 9, .record_latency = true});
        EXPECT_EQ(without.checksum, with.checksum) << what.name;
        EXPECT_EQ(without.operations, with.operations) << what.name;
    }
}

TEST(workload_table, W10_W11_W12_messages_between_two_threads_ask_for_two_threads) {
    for (const char* const name : {"ping_pong/steady_rtt", "ping_pong/one_way_drain", "ping_pong/cold_start"}) {
        const auto& what = *find_workload(name);
        EXPECT_EQ(what.expect(defaults_of(what), {.iterations = 1}).distinct_threads, 2u) << name;
    }
}

TEST(workload_table, W10a_tasks_may_share_a_thread) {
    const auto& what = *find_workload("ping_pong/tasks_rtt");
    EXPECT_EQ(what.expect(defaults_of(what), {.iterations = 1}).distinct_threads, 0u);
}

TEST(workload_table, W11_batching_does_not_change_the_right_answer) {
    const auto& what = *find_workload("ping_pong/one_way_drain");
    std::set<std::uint64_t> checksums;
    for (const char* const batch : {"1", "64", "all"}) {
        const std::vector<assignment> given{{"batch", batch}};
        checksums.insert(
            what.expect(*parameters::make(what.parameters, given), {.iterations = 2, .seed = 1}).checksum);
    }
    EXPECT_EQ(checksums.size(), 1u);
}

TEST(workload_table, W41_idling_is_judged_by_cpu_time) {
    EXPECT_EQ(find_workload("idle/park")->judge, judged_by::cpu_time);
    EXPECT_EQ(find_workload("ping_pong/steady_rtt")->judge, judged_by::wall_time);
}

} // namespace
} // namespace bench
