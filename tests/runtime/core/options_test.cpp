#include <spargio/core/options.hpp>
#include <spargio/detail/machine/process_barrier.hpp>
#include <spargio/detail/machine/usable_cpus.hpp>

#include <gmock/gmock.h>

#include <fstream>
#include <set>

namespace spargio {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(R1, every_option_is_a_knob_that_can_be_set_to_its_own_text) {
    for (const auto& each : knobs()) {
        runtime_options options;
        EXPECT_TRUE(set_knob(options, each.name, each.get(runtime_options{})).has_value()) << each.name;
        EXPECT_FALSE(each.help.empty()) << each.name;
        EXPECT_FALSE(each.range.empty()) << each.name;
    }
}

TEST(R1, a_knob_changes_its_own_field_and_no_other) {
    const std::pair<std::string_view, std::string_view> settings[] = {{"shards", "3"},
                                                                      {"ring_entries", "64"},
                                                                      {"cq_entries", "2048"},
                                                                      {"single_issuer", "off"},
                                                                      {"coop_taskrun", "off"},
                                                                      {"defer_taskrun", "off"},
                                                                      {"lane_capacity", "8"},
                                                                      {"operations", "12"},
                                                                      {"stealable_capacity", "16"},
                                                                      {"receive_buffers", "16"},
                                                                      {"receive_buffer_bytes", "4096"},
                                                                      {"receive_bundles", "off"},
                                                                      {"registered_buffers", "7"},
                                                                      {"registered_files", "6"},
                                                                      {"injection_capacity", "32"},
                                                                      {"hot_tags", "3;7;9"},
                                                                      {"coalesced_hot_tags", "4"},
                                                                      {"hot_counter_wake_threshold", "100"},
                                                                      {"steal_budget", "4"},
                                                                      {"tasks_per_turn", "7"},
                                                                      {"spin", "0"},
                                                                      {"spin_for_io", "on"},
                                                                      {"stop_patience", "70"},
                                                                      {"stop_grace", "5"},
                                                                      {"membarrier", "off"},
                                                                      {"preset", "latency"},
                                                                      {"sqpoll", "on"},
                                                                      {"sqpoll_idle", "20"},
                                                                      {"sqpoll_cpu", "3"},
                                                                      {"affinity", "0;2"},
                                                                      {"kernel_workers", "5"},
                                                                      {"kernel_waiters", "6"},
                                                                      {"blocking_threads", "3"},
                                                                      {"blocking_queue", "9"},
                                                                      {"blocking_idle", "70"}};
    ASSERT_EQ(std::size(settings), knobs().size());
    for (const auto& [name, text] : settings) {
        runtime_options options;
        ASSERT_TRUE(set_knob(options, name, text).has_value()) << name;
        for (const auto& each : knobs()) {
            const auto untouched = each.get(runtime_options{});
            EXPECT_EQ(each.get(options), each.name == name ? std::string(text) : untouched)
                << name << " / " << each.name;
        }
    }
}

TEST(R2, sleepers_pay_for_wakers_where_shards_spin_before_they_sleep) {
    const auto effective = [](runtime_options options) { return resolve(options).value().membarrier; };
    if (!detail::process_barrier::available()) GTEST_SKIP() << "this kernel does not let us use membarrier(2)";
    EXPECT_EQ(effective({.shards = 2, .spin = std::chrono::microseconds(0)}), feature_use::off);
    EXPECT_EQ(effective({.shards = 2, .membarrier = feature_use::off}), feature_use::off);
    EXPECT_EQ(effective({.shards = 1}), feature_use::off); // nobody wakes it but foreign threads
    EXPECT_EQ(effective({.shards = 2, .membarrier = feature_use::on, .spin = std::chrono::microseconds(0)}),
              feature_use::on);
    if (detail::usable_cpus() >= 2) {
        EXPECT_EQ(effective({.shards = 2}), feature_use::on);
    }
}

TEST(R1, a_knob_may_be_named_with_the_prefix_of_the_runtime) {
    runtime_options options;
    ASSERT_TRUE(set_knob(options, "spargio.steal_budget", "16").has_value());
    EXPECT_EQ(options.steal_budget, 16u);
}

TEST(R1, an_unknown_knob_is_refused_with_the_names_that_there_are) {
    runtime_options options;
    const auto answer = set_knob(options, "stael_budget", "16");
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error(), AllOf(HasSubstr("stael_budget"), HasSubstr("steal_budget")));
}

TEST(R1, an_illegal_value_is_refused_with_the_range) {
    for (const auto* text : {"-1", "x", "", "1000001", "5us"}) {
        runtime_options options;
        const auto answer = set_knob(options, "spin", text);
        ASSERT_FALSE(answer.has_value()) << text;
        EXPECT_THAT(answer.error(), AllOf(HasSubstr("spin"), HasSubstr("0 to 1000000")));
        EXPECT_EQ(options.spin, runtime_options{}.spin);
    }
}

TEST(R1, a_time_that_is_too_long_or_less_than_nothing_is_refused_by_a_message_that_names_it) {
    using o = runtime_options;
    const auto expect_refused = [](auto field, const char* name) {
        using time = std::remove_reference_t<decltype(o{}.*field)>;
        for (const time each : {time::max(), time::min(), time(-1)}) {
            runtime_options options;
            options.*field = each;
            const auto answer = resolve(options);
            ASSERT_FALSE(answer.has_value()) << name << ' ' << each.count();
            EXPECT_EQ(answer.error().code, errc::invalid_options);
            EXPECT_THAT(answer.error().message, HasSubstr(name));
        }
    };
    expect_refused(&o::spin, "spin");
    expect_refused(&o::sqpoll_idle, "sqpoll_idle");
    expect_refused(&o::stop_grace, "stop_grace");
    expect_refused(&o::stop_patience, "stop_patience");
    expect_refused(&o::blocking_idle, "blocking_idle");
}

TEST(R1, options_that_contradict_each_other_are_refused_by_a_message_that_names_both) {
    const auto deferred = resolve({.single_issuer = feature_use::off, .defer_taskrun = feature_use::on});
    ASSERT_FALSE(deferred.has_value());
    EXPECT_EQ(deferred.error().code, errc::invalid_options);
    EXPECT_THAT(deferred.error().message, AllOf(HasSubstr("defer_taskrun"), HasSubstr("single_issuer")));

    const auto small = resolve({.ring_entries = 256, .cq_entries = 128});
    ASSERT_FALSE(small.has_value());
    EXPECT_THAT(small.error().message, AllOf(HasSubstr("cq_entries"), HasSubstr("ring_entries")));
}

TEST(R22, a_tag_that_is_hot_and_coalesced_is_refused_by_a_message_that_names_both) {
    const auto answer = resolve({.hot_tags = {1, 5}, .coalesced_hot_tags = {5, 9}});
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, errc::invalid_options);
    EXPECT_THAT(answer.error().message,
                AllOf(HasSubstr("tag 5"), HasSubstr("hot_tags"), HasSubstr("coalesced_hot_tags")));
    EXPECT_TRUE(resolve({.hot_tags = {1, 69}, .coalesced_hot_tags = {5}}).has_value());
}

TEST(R21, a_set_of_tags_is_read_and_written_as_numbers_with_semicolons) {
    runtime_options options;
    ASSERT_TRUE(set_knob(options, "spargio.hot_tags", "9;3;4294967295;3").has_value());
    EXPECT_EQ(options.hot_tags, (tag_set{3, 9, 4294967295}));
    EXPECT_EQ(options.hot_tags.text(), "3;9;4294967295");
    EXPECT_TRUE(options.hot_tags.contains(9));
    EXPECT_FALSE(options.hot_tags.contains(3 + 64)); // the filter can't tell them apart
    ASSERT_TRUE(set_knob(options, "hot_tags", "").has_value());
    EXPECT_TRUE(options.hot_tags.empty());
    std::string too_many = "0";
    for (int tag = 1; tag <= 32; ++tag) too_many += ";" + std::to_string(tag);
    for (const std::string& text : {std::string(";"), std::string("1;"), std::string("1,2"), std::string("-1"),
                                    std::string("4294967296"), too_many})
        EXPECT_FALSE(set_knob(options, "hot_tags", text).has_value()) << text;
}

TEST(R1, a_field_out_of_range_is_refused_even_when_set_directly) {
    const auto answer = resolve({.shards = 5000});
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().message, AllOf(HasSubstr("shards"), HasSubstr("5000"), HasSubstr("1024")));
}

TEST(R2, shards_default_to_the_cpus_that_the_process_may_use) {
    const auto resolved = resolve({});
    ASSERT_TRUE(resolved.has_value());
    EXPECT_EQ(resolved->shards, detail::usable_cpus());
    EXPECT_GE(detail::usable_cpus(), 1u);
}

TEST(R14, shards_do_not_spin_when_they_outnumber_the_cpus) {
    const auto crowded = resolve({.shards = detail::usable_cpus() + 1, .spin = std::chrono::microseconds(50)});
    ASSERT_TRUE(crowded.has_value());
    EXPECT_EQ(crowded->spin.count(), 0);
    const auto roomy = resolve({.shards = 1, .spin = std::chrono::microseconds(50)});
    ASSERT_TRUE(roomy.has_value());
    EXPECT_EQ(roomy->spin.count(), 50);
}

} // namespace
} // namespace spargio
