// Two shards throw a message to and fro. It travels through shared memory; the kernel is asked only to wake a
// shard that sleeps, and the counters tell how often that was.
#include <spargio/spargio.hpp>

#include <cstdio>

namespace {

constexpr std::uint32_t ball = 7; // tags mean what the program wants them to mean
constexpr std::uint64_t rounds = 10'000;

/// Throws back what comes, one higher, until it has come `rounds` times.
spargio::task<std::uint64_t> play(std::uint32_t partner, bool serves) {
    const auto there = spargio::this_shard::remote(partner);
    std::uint64_t last = 0;
    if (serves && !co_await there.send(ball, 1)) co_return 0;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        const auto got = co_await spargio::this_shard::next_event();
        if (!got) co_return 0; // the runtime stops
        last = got->value;
        const bool over = serves && i + 1 == rounds;
        if (!over && !co_await there.send(ball, last + 1)) co_return 0;
    }
    co_return last;
}

spargio::task<std::uint64_t> match() {
    auto second = spargio::spawn(play(0, false), spargio::pinned{1});
    auto first = spargio::spawn(play(1, true), spargio::pinned{0});
    const std::uint64_t throws = co_await std::move(first);
    co_await std::move(second);
    co_return throws;
}

} // namespace

int main() {
    auto started = spargio::runtime::start({.shards = 2});
    if (!started) {
        std::fprintf(stderr, "%s\n", started.error().message.c_str());
        return 1;
    }
    auto playing = (*started)->spawn(match(), spargio::pinned{0});
    const std::uint64_t throws = std::move(playing).get();
    const spargio::shard_stats all = (*started)->stats().total();
    std::printf("%llu throws, %llu messages, %llu doorbells\n", static_cast<unsigned long long>(throws),
                static_cast<unsigned long long>(all.messages_sent),
                static_cast<unsigned long long>(all.bells_sent));
    return throws == 2 * rounds ? 0 : 1;
}
