// What it saves that the ring knows a buffer (R31): the same reads of 4 KiB by requests that name the buffer's
// place, and by plain ones. From the page cache but by the ring, and past it (O_DIRECT), which a slow disk
// hides.
#include "backends/spargio/micro/on_shards.hpp"

#include <spargio/core/file_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace bench::micro {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t pages = 1024;
constexpr int in_a_row = 16; // reads of a task at depth 32, so that its start does not count

/// A file that has no name any more; none where the folder for temporary files takes no direct transfers.
spargio::file_descriptor some_pages(int flags) {
    std::string name = (std::filesystem::temp_directory_path() / "micro_XXXXXX").string();
    const spargio::file_descriptor made(::mkstemp(name.data()));
    const std::vector<std::byte> bytes(page * pages, std::byte{1});
    const bool written =
        made.get() >= 0 &&
        ::write(made.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::fsync(made.get()) == 0;
    spargio::file_descriptor file(written ? ::open(name.c_str(), O_RDONLY | O_CLOEXEC | flags) : -1);
    if (made.get() >= 0) ::unlink(name.c_str());
    return file;
}

/// Every page in its turn, in steps that no read-ahead expects.
std::uint64_t next_offset(std::uint32_t& state) {
    state = state * 1'664'525 + 1'013'904'223;
    return (state >> 16) % pages * page;
}

/// Either kind has the same memory; only the request differs.
spargio::task<bool> read_one(bool registered, int file, const spargio::registered_buffer& into,
                             std::uint64_t offset) {
    if (registered) {
        auto count = co_await spargio::ops::read_fixed(file, into, offset);
        co_return count&&* count == page;
    }
    auto count = co_await spargio::ops::read(file, into.bytes(), offset);
    co_return count&&* count == page;
}

spargio::task<int> one_at_a_time(benchmark::State& state, int flags, bool registered) {
    const auto file = some_pages(flags);
    auto into = spargio::registered_buffer::make(page);
    if (file.get() < 0 || !into || !into->is_registered()) state.SkipWithError("not to be had here");
    std::uint32_t turn = 1;
    for (auto each : state) {
        static_cast<void>(each);
        const bool right = co_await read_one(registered, file.get(), *into, next_offset(turn));
        if (!right) state.SkipWithError("the page could not be read");
    }
    state.SetItemsProcessed(state.iterations());
    co_return 0;
}

spargio::task<bool> read_some(bool registered, int file, const spargio::registered_buffer& into,
                              std::uint32_t turn) {
    bool right = true;
    for (int i = 0; i < in_a_row; ++i)
        if (!co_await read_one(registered, file, into, next_offset(turn))) right = false;
    co_return right;
}

spargio::task<int> many_at_once(benchmark::State& state, int flags, bool registered) {
    constexpr std::uint32_t depth = 32;
    const auto file = some_pages(flags);
    std::vector<spargio::registered_buffer> buffers;
    for (std::uint32_t i = 0; i < depth; ++i) {
        auto made = spargio::registered_buffer::make(page);
        if (made && made->is_registered()) buffers.push_back(std::move(*made));
    }
    if (file.get() < 0 || buffers.size() != depth) state.SkipWithError("not to be had here");
    std::uint32_t round = 0;
    for (auto each : state) {
        static_cast<void>(each);
        std::vector<spargio::join_handle<bool>> all;
        all.reserve(depth);
        for (std::uint32_t i = 0; i < depth; ++i)
            all.push_back(
                spargio::spawn(read_some(registered, file.get(), buffers[i], ++round), spargio::pinned{0}));
        for (auto& one : all) {
            const bool right = co_await std::move(one);
            if (!right) state.SkipWithError("a page could not be read");
        }
    }
    state.SetItemsProcessed(state.iterations() * depth * in_a_row);
    co_return 0;
}

template <int flags, bool registered>
void alone(benchmark::State& state) {
    run_on_first_shard(state, 1, [](benchmark::State& s) { return one_at_a_time(s, flags, registered); });
}
template <int flags, bool registered>
void deep(benchmark::State& state) {
    run_on_first_shard(state, 1, [](benchmark::State& s) { return many_at_once(s, flags, registered); });
}

BENCHMARK(alone<0, false>)->Name("micro/registered/cached_plain")->UseRealTime();
BENCHMARK(alone<0, true>)->Name("micro/registered/cached")->UseRealTime();
BENCHMARK(alone<O_DIRECT, false>)->Name("micro/registered/direct_plain")->UseRealTime();
BENCHMARK(alone<O_DIRECT, true>)->Name("micro/registered/direct")->UseRealTime();
BENCHMARK(deep<0, false>)->Name("micro/registered/cached_32_plain")->UseRealTime();
BENCHMARK(deep<0, true>)->Name("micro/registered/cached_32")->UseRealTime();
BENCHMARK(deep<O_DIRECT, false>)->Name("micro/registered/direct_32_plain")->UseRealTime();
BENCHMARK(deep<O_DIRECT, true>)->Name("micro/registered/direct_32")->UseRealTime();

} // namespace
} // namespace bench::micro
