#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <cerrno>
#include <sched.h>

namespace spargio {
namespace {

cpu_set_t mask_of_this_thread() {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    EXPECT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
    return mask;
}

std::vector<int> cpus_of(const cpu_set_t& mask) {
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &mask)) cpus.push_back(cpu);
    return cpus;
}

struct place {
    std::vector<int> cpus;
    shard_binding binding;
};

task<place> look() {
    co_return place{cpus_of(mask_of_this_thread()), this_shard::context().handle().binding(this_shard::id())};
}

std::vector<place> places(const runtime_options& options) {
    std::vector<place> all;
    const auto body = [&]() -> task<> {
        for (std::uint32_t i = 0; i < this_shard::count(); ++i) {
            auto there = spawn(look(), pinned{i});
            all.push_back(co_await std::move(there));
        }
    };
    run_on(options, 0, body);
    return all;
}

TEST(R15, automatic_affinity_binds_each_shard_to_one_cpu_after_the_other) {
    const auto usable = cpus_of(mask_of_this_thread());
    const auto all = places({.shards = 3, .affinity = shard_affinity::automatic()});
    ASSERT_EQ(all.size(), 3u);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].cpus, std::vector{usable[i % usable.size()]}) << i;
        EXPECT_EQ(all[i].binding.cpu, usable[i % usable.size()]) << i;
        EXPECT_EQ(all[i].binding.os_error, 0) << i;
    }
}

TEST(R15, an_explicit_list_binds_each_shard_to_its_cpu) {
    const auto usable = cpus_of(mask_of_this_thread());
    const auto list =
        shard_affinity::parse(std::to_string(usable.back()) + ";" + std::to_string(usable.front()));
    ASSERT_TRUE(list.has_value());
    const auto all = places({.shards = 3, .affinity = *list});
    const std::vector expected{usable.back(), usable.front(), usable.back()};
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].cpus, std::vector{expected[i]}) << i;
}

TEST(R15, a_cpu_that_is_not_there_leaves_the_shard_unbound_and_says_why) {
    const auto usable = cpus_of(mask_of_this_thread());
    if (usable.back() == 1023) GTEST_SKIP() << "this machine has CPU 1023";
    const auto list = shard_affinity::parse(std::to_string(usable.front()) + ";1023");
    ASSERT_TRUE(list.has_value());
    const auto all = places({.shards = 2, .affinity = *list});
    EXPECT_EQ(all[0].binding.cpu, usable.front());
    EXPECT_EQ(all[1].binding.cpu, -1);
    EXPECT_EQ(all[1].binding.os_error, EINVAL);
    EXPECT_EQ(all[1].cpus, usable);
}

TEST(R15, the_thread_that_serves_as_shard_0_gets_its_cpus_back) {
    const auto before = cpus_of(mask_of_this_thread());
    const auto list = shard_affinity::parse(std::to_string(before.back()));
    EXPECT_EQ(places({.shards = 1, .affinity = *list})[0].cpus, std::vector{before.back()});
    EXPECT_EQ(cpus_of(mask_of_this_thread()), before);
}

TEST(R15, without_affinity_no_shard_is_bound) {
    const auto all = places({.shards = 2});
    for (const auto& each : all) {
        EXPECT_EQ(each.binding.cpu, -1);
        EXPECT_EQ(each.binding.os_error, 0);
    }
}

TEST(R15, affinity_is_read_from_text_and_refused_when_it_makes_no_sense) {
    for (const auto* text : {"none", "auto", "0", "0;2", "7;7;1023"}) {
        const auto read = shard_affinity::parse(text);
        ASSERT_TRUE(read.has_value()) << text;
        EXPECT_EQ(read->text(), text);
    }
    for (const auto* text : {"", ";", "0;", ";0", "-1", "1024", "65536", "0,2", "all", "0 ;2"})
        EXPECT_FALSE(shard_affinity::parse(text).has_value()) << text;
    std::string longest = "0";
    for (int i = 1; i < 64; ++i) longest += ";" + std::to_string(i);
    EXPECT_TRUE(shard_affinity::parse(longest).has_value());
    EXPECT_FALSE(shard_affinity::parse(longest + ";64").has_value());
}

} // namespace
} // namespace spargio
