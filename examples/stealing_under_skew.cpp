// All work begins on one shard. With stealing the others come and take it; pinned, they look on.
#include <spargio/spargio.hpp>

#include <chrono>
#include <cstdio>
#include <vector>

namespace {

constexpr std::uint64_t jobs = 2'000;

/// Some 20 us of arithmetic.
spargio::task<std::uint64_t> job(std::uint64_t seed) {
    for (int i = 0; i < 20'000; ++i) seed = seed * 6364136223846793005u + 1442695040888963407u;
    co_return seed >> 63;
}

spargio::task<std::uint64_t> all_from_shard_0(spargio::placement where) {
    std::vector<spargio::join_handle<std::uint64_t>> running;
    for (std::uint64_t i = 0; i < jobs; ++i) running.push_back(spargio::spawn(job(i), where));
    std::uint64_t sum = 0;
    for (auto& each : running) sum += co_await std::move(each);
    co_return sum;
}

std::uint64_t measure(spargio::runtime& on, const char* name, spargio::placement where) {
    const auto before = on.stats();
    const auto start = std::chrono::steady_clock::now();
    auto root = on.spawn(all_from_shard_0(where), spargio::pinned{0});
    const std::uint64_t sum = std::move(root).get();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    const auto during = on.stats() - before;
    std::printf("%-9s %6.1f ms;", name, took.count());
    for (std::size_t i = 0; i < during.shards.size(); ++i)
        std::printf(" shard %zu stole %llu", i, static_cast<unsigned long long>(during.shards[i].tasks_stolen));
    std::printf("\n");
    return sum;
}

} // namespace

int main() {
    auto started = spargio::runtime::start({.shards = 2});
    if (!started) {
        std::fprintf(stderr, "%s\n", started.error().message.c_str());
        return 1;
    }
    const std::uint64_t pinned = measure(**started, "pinned", spargio::pinned{0});
    const std::uint64_t stolen = measure(**started, "stealable", spargio::stealable{});
    return pinned == stolen ? 0 : 1;
}
