// R19: messages that ride in completions.
#include <spargio/detail/lanes/direct_link.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

using std::chrono::microseconds;

constexpr std::uint64_t largest_value = (std::uint64_t{1} << detail::direct_limits::value_bits) - 1;
constexpr std::uint32_t largest_tag = (1U << detail::direct_limits::tag_bits) - 1;

std::vector<std::uint64_t> taken_from(detail::direct_link& link) {
    std::vector<std::uint64_t> values;
    for (message next; link.take(next);) values.push_back(next.value);
    return values;
}

TEST(R19, what_arrives_out_of_order_is_taken_in_order) {
    detail::direct_link link;
    for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(link.put({0, i}), i);
    link.publish();
    link.arrived(2, {0, 2});
    link.arrived(1, {0, 1});
    EXPECT_TRUE(link.empty());
    EXPECT_TRUE(taken_from(link).empty());
    link.arrived(0, {0, 0});
    EXPECT_FALSE(link.empty());
    EXPECT_EQ(taken_from(link), (std::vector<std::uint64_t>{0, 1, 2}));
    link.hand_over(3);
    EXPECT_EQ(taken_from(link), (std::vector<std::uint64_t>{3}));
}

TEST(R19, what_comes_twice_or_was_never_sent_is_dropped) {
    detail::direct_link link;
    EXPECT_EQ(link.put({0, 7}), 0u);
    EXPECT_EQ(link.put({0, 8}), 1u);
    link.publish();
    link.arrived(2, {0, 9}); // nobody has sent that
    link.arrived(1, {0, 8});
    link.hand_over_newest(2);
    link.arrived(0, {0, 7});
    EXPECT_EQ(taken_from(link), (std::vector<std::uint64_t>{7, 8}));
    link.arrived(1, {0, 8});
    EXPECT_TRUE(taken_from(link).empty());
}

TEST(R19, slots_are_used_again_once_their_messages_were_taken) {
    detail::direct_link link;
    for (std::uint64_t round = 0; round < 10; ++round) {
        std::vector<std::uint64_t> sent;
        while (link.room() != 0) {
            sent.push_back(round * 1000 + sent.size());
            const std::uint32_t slot = link.put({0, sent.back()});
            link.publish();
            if (round % 2 == 0)
                link.arrived(slot, {0, sent.back()});
            else
                link.hand_over(slot);
        }
        EXPECT_EQ(sent.size(), detail::direct_limits::most_outstanding);
        EXPECT_EQ(taken_from(link), sent);
    }
}

TEST(R19, a_direct_message_arrives_as_it_was_sent) {
    const std::vector<message> sent{{0, 0},
                                    {largest_tag, largest_value},
                                    {1, 0x8000'0000},
                                    {0x8000, std::uint64_t{0xffff'ffff} << 24},
                                    {7, 1}};
    const auto sender = [](const std::vector<message>& messages, std::uint32_t to) -> task<bool> {
        bool accepted = true;
        for (const message& each : messages)
            accepted = accepted && this_shard::remote(to).post_direct(each.tag, each.value).has_value();
        co_return accepted;
    };
    for (const std::uint32_t from : {0u, 1u, 2u}) { // shard 1 sends to itself
        const auto body = [&]() -> task<bool> {
            auto sending = spawn(sender(sent, 1), pinned{from});
            bool same = true;
            for (const message& each : sent) {
                const auto got = co_await this_shard::next_event();
                same = same && got && got->source == from && got->tag == each.tag && got->value == each.value;
            }
            const bool accepted = co_await std::move(sending);
            co_return same&& accepted;
        };
        EXPECT_TRUE(run_on({.shards = 3}, 1, body)) << "from " << from;
    }
}

TEST(R19, what_does_not_fit_is_refused_and_nothing_is_sent) {
    const auto body = []() -> task<std::vector<errc>> {
        std::vector<errc> answers;
        const auto target = this_shard::remote(1);
        const auto note = [&](const auto& answer) { answers.push_back(answer ? errc{} : answer.error()); };
        note(target.post_direct(largest_tag + 1, 0));
        note(target.post_direct(0, largest_value + 1));
        const std::vector<message> one_bad{{0, 0}, {0, ~std::uint64_t{0}}, {0, 2}};
        note(target.post_many_direct(one_bad));
        auto nothing = this_shard::flush(); // completes at once, because nothing is on its way
        if (const auto flushed = co_await nothing; !flushed) answers.push_back(flushed.error());
        co_return answers;
    };
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    EXPECT_EQ((*started)->spawn(body(), pinned{0}).get(), (std::vector(3, errc::does_not_fit)));
    EXPECT_EQ((*started)->stats(0).messages_sent, 0u);
}

TEST(R19, after_64_that_nobody_has_taken_the_next_is_overloaded) {
    constexpr std::size_t most = detail::direct_limits::most_outstanding;
    const auto take = [](std::size_t count) -> task<std::size_t> {
        std::size_t taken = 0;
        for (; taken < count; ++taken)
            if (const auto got = co_await this_shard::next_event(); !got || got->value != taken) break;
        co_return taken;
    };
    const auto body = [&]() -> task<std::vector<std::size_t>> {
        const auto target = this_shard::remote(1);
        std::vector<message> batch(100);
        for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = {0, i};
        std::vector<std::size_t> seen{target.post_many_direct(batch).value(),
                                      target.post_many_direct(batch).value()};
        const auto refused = target.post_direct(0, most);
        seen.push_back(!refused && refused.error() == errc::overloaded);
        auto taking = spawn(take(most), pinned{1});
        seen.push_back(co_await std::move(taking));
        seen.push_back(target.post_many_direct(batch).value());
        co_return seen;
    };
    EXPECT_EQ(run_on({.shards = 2}, 0, body), (std::vector<std::size_t>{most, 0, 1, most, most}));
}

/// Sends 0, 1, 2 ... singly and in batches, and lets others run when there is no room.
task<std::uint64_t> send_directly(std::uint32_t to, std::uint64_t count) {
    const auto target = this_shard::remote(to);
    message batch[8];
    for (std::uint64_t next = 0; next < count;) {
        const std::size_t size = std::min<std::uint64_t>(next % 9, count - next);
        for (std::size_t i = 0; i < size; ++i) batch[i] = {7, next + i};
        const auto accepted = target.post_many_direct({batch, size});
        if (!accepted) co_return next;
        next += *accepted;
        if (next < count && target.post_direct(7, next))
            ++next;
        else
            co_await yield();
    }
    co_return count;
}

/// How many come in order from the shard that was named.
task<std::uint64_t> take_numbers(std::uint32_t source, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto got = co_await this_shard::next_event();
        if (!got || got->value != i || got->tag != 7 || got->source != source) co_return i;
    }
    co_return count;
}

struct flood {
    const char* tier;
    unsigned shards;
    unsigned spin_us;
};
class P1 : public testing::TestWithParam<flood> {};

TEST_P(P1, direct_messages_arrive_in_order_and_each_once) {
    constexpr std::uint64_t count = 20'000;
    const auto body = []() -> task<std::uint64_t> {
        auto receiver = spawn(take_numbers(0, count), pinned{1});
        auto sender = spawn(send_directly(1, count), pinned{0});
        const auto sent = co_await std::move(sender);
        const auto received = co_await std::move(receiver);
        co_return sent + received;
    };
    const char* const given = std::getenv("SPARGIO_TIER");
    const std::string before = given != nullptr ? given : "";
    if (GetParam().tier[0] != '\0') ::setenv("SPARGIO_TIER", GetParam().tier, 1);
    auto started = runtime::start({.shards = GetParam().shards, .spin = microseconds(GetParam().spin_us)});
    given != nullptr ? ::setenv("SPARGIO_TIER", before.c_str(), 1) : ::unsetenv("SPARGIO_TIER");
    ASSERT_TRUE(started.has_value());
    EXPECT_EQ((*started)->spawn(body()).get(), 2 * count);
    const runtime_stats seen = (*started)->stats();
    EXPECT_EQ(seen.total().messages_sent, count);
    EXPECT_EQ(seen.total().messages_received, count);
    if ((*started)->features().between_shards != shard_wake::msg_ring) {
        EXPECT_EQ(seen.total().messages_direct, 0u);
    } else {
        EXPECT_GT(seen.total().messages_direct, 0u);
    }
}

INSTANTIATE_TEST_SUITE_P(with, P1,
                         testing::Values(flood{"", 2, 50}, flood{"", 2, 0}, flood{"", 4, 0},
                                         flood{"no_defer", 2, 0}, flood{"no_coop_taskrun,no_defer", 2, 50},
                                         flood{"no_msg_ring", 2, 0}, flood{"tiny_rings", 2, 0},
                                         flood{"tiny_rings", 2, 50}));

TEST(R19, a_flush_waits_for_direct_messages_too) {
    std::atomic<std::uint64_t> taken{0};
    const auto take_slowly = [](std::uint64_t count, std::atomic<std::uint64_t>& counted) -> task<> {
        for (std::uint64_t i = 0; i < count; ++i) {
            for (int pause = 0; pause < 10; ++pause) co_await yield();
            if (const auto got = co_await this_shard::next_event(); !got) co_return;
            counted.fetch_add(1);
        }
    };
    const auto body = [&]() -> task<bool> {
        auto receiver = spawn(take_slowly(300, taken), pinned{1});
        bool all_taken = true;
        for (std::uint64_t sent = 30; sent <= 300; sent += 30) {
            const std::vector<message> batch(30);
            all_taken = all_taken && this_shard::remote(1).post_many_direct(batch).value() == 30;
            auto ticket = this_shard::flush();
            const auto flushed = co_await ticket;
            // The last one is counted just after it was taken.
            all_taken = all_taken && flushed && taken.load() + 1 >= sent;
        }
        co_await std::move(receiver);
        co_return all_taken;
    };
    EXPECT_TRUE(run_on({.shards = 2, .spin = microseconds(0)}, 0, body));
}

TEST(R19, a_hot_tag_goes_the_way_of_hot_tags) {
    const runtime_options options{.shards = 1, .hot_tags = {3}, .coalesced_hot_tags = {4}};
    const auto body = []() -> task<std::vector<std::uint64_t>> {
        const std::vector<message> mixed{{1, 10}, {3, 20}, {4, 30}, {1, 40}, {4, 50}};
        std::vector<std::uint64_t> seen{this_shard::remote(0).post_many_direct(mixed).value()};
        const auto hot = co_await this_shard::next_hot_event();
        seen.push_back(hot.value().value);
        const auto sum = co_await this_shard::next_hot_count(4);
        seen.push_back(sum.value());
        for (int i = 0; i < 2; ++i) {
            const auto plain = co_await this_shard::next_event();
            seen.push_back(plain.value().value);
        }
        co_return seen;
    };
    EXPECT_EQ(run_on(options, 0, body), (std::vector<std::uint64_t>{5, 20, 80, 10, 40}));
}

TEST(R19, after_the_stop_a_direct_message_is_refused_and_what_is_on_its_way_goes_with_the_runtime) {
    for (int round = 0; round < 20; ++round) {
        auto started = runtime::start({.shards = 2});
        ASSERT_TRUE(started.has_value());
        const auto body = [](runtime_handle self) -> task<errc> {
            const auto target = this_shard::remote(1);
            const std::vector<message> batch(40);
            (void)target.post_many_direct(batch);
            self.stop();
            const auto answer = target.post_direct(0, 0);
            co_return answer ? errc{} : answer.error();
        };
        auto handle = (*started)->spawn(body((*started)->handle()), pinned{0});
        EXPECT_EQ(std::move(handle).get(), errc::closed);
    }
}

/// Rings of this process, in the order in which they were made.
std::vector<int> ring_descriptors() {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry.path(), gone).string().find("io_uring") != std::string::npos)
            found.push_back(std::stoi(entry.path().filename()));
    }
    std::ranges::sort(found);
    return found;
}

/// Sends numbers to shard 1, every third of them while what stands behind the number of its ring is a pipe.
task<std::uint64_t> send_past_a_broken_ring(std::uint64_t count, int number, int ring, int pipe) {
    const auto target = this_shard::remote(1);
    for (std::uint64_t next = 0; next < count;) {
        ::dup2(next % 3 == 1 ? pipe : ring, number);
        if (target.post_direct(7, next))
            ++next;
        else
            co_await yield();
    }
    ::dup2(ring, number);
    co_return count;
}

TEST(R19, a_message_whose_request_fails_arrives_all_the_same_and_in_order) {
    constexpr std::uint64_t count = 3000;
    for (const unsigned spin : {0u, 50u}) {
        auto started = runtime::start({.shards = 2, .spin = microseconds(spin)});
        ASSERT_TRUE(started.has_value());
        if ((*started)->features().between_shards != shard_wake::msg_ring) GTEST_SKIP() << "no MSG_RING here";
        const auto here = []() -> task<std::uint32_t> { co_return this_shard::id(); };
        EXPECT_EQ((*started)->spawn(here(), pinned{1}).get(), 1U); // so it has registered its ring by now
        const std::vector<int> rings = ring_descriptors();
        ASSERT_EQ(rings.size(), 2U);
        const int kept = ::dup(rings[1]);
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        auto receiver = (*started)->spawn(take_numbers(0, count), pinned{1});
        auto sender = (*started)->spawn(send_past_a_broken_ring(count, rings[1], kept, ends[0]), pinned{0});
        EXPECT_EQ(std::move(sender).get(), count);
        EXPECT_EQ(std::move(receiver).get(), count);
        EXPECT_GT((*started)->stats(0).messages_returned, 0U);
        EXPECT_GT((*started)->stats(0).messages_direct, (*started)->stats(0).messages_returned);
        for (const int descriptor : {kept, ends[0], ends[1]}) ::close(descriptor);
    }
}

/// Makes every io_uring_enter(2) of the calling thread fail with EAGAIN, for ever.
void refuse_to_enter() {
    sock_filter program[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_io_uring_enter},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EAGAIN},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog filter{std::size(program), program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

task<> send_while_refused(std::atomic<std::uint64_t>& taken) {
    constexpr std::uint64_t before = 10;
    const auto target = this_shard::remote(1);
    for (std::uint64_t i = 0; i < before; ++i) (void)target.post_direct(7, i);
    // Some may have come back, because the other ring was not there yet: that is seen where the ring is looked
    // at.
    while (taken != before) co_await yield();
    refuse_to_enter();
    const std::vector<message> batch{{7, before}, {7, before + 1}, {7, before + 2}};
    if (target.post_many_direct(batch) != batch.size()) ::_exit(1);
    (void)target.post_direct(7, before + 3);
    while (taken != before + 4) std::this_thread::yield(); // and never back to the ring
    ::_exit(0);
    co_return;
}

task<> count_numbers(std::atomic<std::uint64_t>& taken) {
    for (std::uint64_t next = 0;; ++next) {
        const auto got = co_await this_shard::next_event();
        if (!got) co_return;
        if (got->value != next) ::_exit(2);
        ++taken;
    }
}

TEST(R19, what_the_kernel_does_not_take_for_the_moment_does_not_wait_for_it) {
    const pid_t child = fork();
    if (child == 0) {
        std::atomic<std::uint64_t> taken{0};
        auto started = runtime::start({.shards = 2, .spin = microseconds(0)});
        if (!started) ::_exit(3);
        (*started)->spawn(count_numbers(taken), pinned{1}).detach();
        (*started)->spawn(send_while_refused(taken), pinned{0}).detach();
        for (;;) ::pause();
    }
    int how = 0;
    waitpid(child, &how, 0);
    EXPECT_TRUE(WIFEXITED(how)) << how;
    EXPECT_EQ(WEXITSTATUS(how), 0);
}

} // namespace
} // namespace spargio
