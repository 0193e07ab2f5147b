// Every workload of the table is well formed, and its right answer depends on what it should (W1, W4).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/contract/workload.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bench {
namespace {

parameters defaults_of(const workload& asked) { return parameters::make(asked.parameters, {}).value(); }

/// The workloads whose operations carry data, so that a checksum can tell right from wrong.
bool carries_data(const workload& asked) { return asked.name != "idle/park" && asked.name != "harness/empty"; }

TEST(workload_table, W1_has_the_scenarios_of_this_version) {
    for (const char* const name :
         {"ping_pong/steady_rtt", "ping_pong/tasks_rtt", "ping_pong/one_way_drain", "ping_pong/cold_start",
          "fanout/balanced", "fanout/skewed", "fanout/hotkey_rotation", "fanout/skynet", "fanout/fib",
          "fs/read_rtt", "fs/read_depth", "fs/write_depth", "fs/metadata_storm", "idle/park", "harness/empty"})
        EXPECT_NE(find_workload(name), nullptr) << name;
}

TEST(workload_table, W1_names_are_unique_and_found_again) {
    std::set<std::string_view> names;
    for (const auto& asked : all_workloads()) {
        EXPECT_TRUE(names.insert(asked.name).second) << asked.name << " stands twice";
        EXPECT_EQ(find_workload(asked.name), &asked);
        EXPECT_NE(asked.name.find('/'), std::string_view::npos) << asked.name << " is not family/case";
    }
    EXPECT_EQ(find_workload("ping_pong"), nullptr);
    EXPECT_EQ(find_workload(""), nullptr);
}

TEST(workload_table, W1_every_workload_says_what_it_does_and_what_an_operation_is) {
    for (const auto& asked : all_workloads()) {
        EXPECT_FALSE(asked.summary.empty()) << asked.name;
        EXPECT_FALSE(asked.operation.empty()) << asked.name;
        EXPECT_NE(asked.expect, nullptr) << asked.name;
        EXPECT_NE(asked.read, nullptr) << asked.name;
    }
}

TEST(workload_table, W1_every_scenario_that_a_backend_answers_for_is_some_workload) {
    std::set<std::size_t> read;
    for (const auto& asked : all_workloads()) read.insert(asked.read(defaults_of(asked)).index());
    EXPECT_EQ(read.size(), std::variant_size_v<scenario::variant>);
}

TEST(workload_table, W1_a_scenario_is_of_the_family_that_its_workload_is_named_for) {
    for (const auto& asked : all_workloads()) {
        const scenario wanted = asked.read(defaults_of(asked));
        const auto in_family = [&](std::string_view family) { return asked.name.starts_with(family); };
        EXPECT_EQ(is_on_connections(wanted), in_family("net/") || in_family("serve/")) << asked.name;
        std::visit(
            [&]<class Shape>(const Shape&) {
                EXPECT_EQ(works_on_files<Shape>, in_family("fs/")) << asked.name;
                EXPECT_EQ((std::derived_from<Shape, ping_pong_shape>), in_family("ping_pong/")) << asked.name;
            },
            wanted);
    }
}

TEST(workload_table, W1_every_default_is_legal_and_every_parameter_explained) {
    for (const auto& asked : all_workloads()) {
        std::set<std::string_view> names;
        for (const auto& spec : asked.parameters) {
            EXPECT_TRUE(names.insert(spec.name).second) << asked.name << ": " << spec.name << " stands twice";
            EXPECT_LE(spec.least, spec.initial) << asked.name << ": " << spec.name;
            EXPECT_LE(spec.initial, spec.most) << asked.name << ": " << spec.name;
            EXPECT_FALSE(spec.help.empty()) << asked.name << ": " << spec.name;
            const std::vector<assignment> given{{std::string(spec.name), std::to_string(spec.initial)}};
            EXPECT_TRUE(parameters::make(asked.parameters, given)) << asked.name << ": " << spec.name;
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
        "streams=8,frames=1024,steps=150,hot_steps=4000,rotation=64,frame_words=512,window=32,write=per_frame,"
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
    for (const auto& asked : all_workloads()) {
        const auto values = defaults_of(asked);
        const slice_order order{.iterations = 3, .seed = 42};
        const auto once = asked.expect(values, order);
        const auto again = asked.expect(values, order);
        EXPECT_EQ(once.operations, again.operations) << asked.name;
        EXPECT_EQ(once.checksum, again.checksum) << asked.name;
        EXPECT_EQ(once.bytes, again.bytes) << asked.name;
        EXPECT_EQ(once.distinct_threads, again.distinct_threads) << asked.name;
    }
}

TEST(workload_table, W4_another_seed_gives_another_checksum) {
    for (const auto& asked : all_workloads()) {
        if (!carries_data(asked)) continue;
        const auto values = defaults_of(asked);
        std::set<std::uint64_t> checksums;
        for (std::uint64_t seed = 0; seed < 20; ++seed)
            checksums.insert(asked.expect(values, {.iterations = 1, .seed = seed}).checksum);
        EXPECT_EQ(checksums.size(), 20u) << asked.name;
    }
}

TEST(workload_table, W4_another_number_of_iterations_gives_other_operations_and_another_checksum) {
    for (const auto& asked : all_workloads()) {
        const auto values = defaults_of(asked);
        const auto two = asked.expect(values, {.iterations = 2, .seed = 5});
        const auto three = asked.expect(values, {.iterations = 3, .seed = 5});
        EXPECT_EQ(three.operations * 2, two.operations * 3) << asked.name;
        if (carries_data(asked)) {
            EXPECT_NE(three.checksum, two.checksum) << asked.name;
        }
    }
}

TEST(workload_table, W4_recording_latency_does_not_change_the_right_answer) {
    for (const auto& asked : all_workloads()) {
        const auto values = defaults_of(asked);
        const auto without = asked.expect(values, {.iterations = 2, .seed = 9, .record_latency = false});
        const auto with = asked.expect(values, {.iterations = 2, .seed = 9, .record_latency = true});
        EXPECT_EQ(without.checksum, with.checksum) << asked.name;
        EXPECT_EQ(without.operations, with.operations) << asked.name;
    }
}

TEST(workload_table, W10_W11_W12_messages_between_two_threads_ask_for_two_threads) {
    for (const char* const name : {"ping_pong/steady_rtt", "ping_pong/one_way_drain", "ping_pong/cold_start"}) {
        const auto& asked = *find_workload(name);
        EXPECT_EQ(asked.expect(defaults_of(asked), {.iterations = 1}).distinct_threads, 2u) << name;
    }
}

TEST(workload_table, W10a_tasks_may_share_a_thread) {
    const auto& asked = *find_workload("ping_pong/tasks_rtt");
    EXPECT_EQ(asked.expect(defaults_of(asked), {.iterations = 1}).distinct_threads, 0u);
}

TEST(workload_table, W11_batching_does_not_change_the_right_answer) {
    const auto& asked = *find_workload("ping_pong/one_way_drain");
    std::set<std::uint64_t> checksums;
    for (const char* const batch : {"1", "64", "all"}) {
        const std::vector<assignment> given{{"batch", batch}};
        checksums.insert(
            asked.expect(*parameters::make(asked.parameters, given), {.iterations = 2, .seed = 1}).checksum);
    }
    EXPECT_EQ(checksums.size(), 1u);
}

TEST(workload_table, W41_idling_is_judged_by_cpu_time) {
    EXPECT_EQ(find_workload("idle/park")->judge, judged_by::cpu_time);
    EXPECT_EQ(find_workload("ping_pong/steady_rtt")->judge, judged_by::wall_time);
}

} // namespace
} // namespace bench
