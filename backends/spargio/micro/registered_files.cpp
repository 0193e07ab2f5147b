// What it saves that the ring knows a file or a socket (R31): the same requests by the place in its table and
// by the number. Rounds of 64 bytes between two sockets of one shard, whose receives go to the ring; and direct
// reads of 4 KiB, 32 at once, which a slow disk hides.
#include "backends/spargio/micro/on_shards.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace bench::micro {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t pages = 1024;
constexpr std::uint32_t depth = 32;
constexpr int in_a_row = 16; // reads of a task, so that its start does not count

using small = std::array<std::byte, 64>;

spargio::task<bool> echo(spargio::net::unix_stream& at) {
    small bytes{};
    for (;;) {
        auto count = co_await at.read_some(bytes);
        if (!count || *count == 0) co_return count.has_value();
        if (!co_await at.write_some(bytes)) co_return false;
    }
}

spargio::task<int> rounds(benchmark::State& state, bool registered) {
    auto pair = spargio::net::unix_stream::pair();
    if (!pair) {
        state.SkipWithError("no sockets");
        co_return 0;
    }
    auto& [first, second] = *pair;
    if (registered && !(first.register_here() && second.register_here()))
        state.SkipWithError("not to be had here");
    auto other = spargio::spawn(echo(second), spargio::pinned{0});
    small bytes{};
    for (auto each : state) {
        static_cast<void>(each);
        auto put = co_await first.write_some(bytes);
        auto got = co_await first.read_some(bytes);
        if (!put || !got || *got != bytes.size()) state.SkipWithError("the echo went wrong");
    }
    state.SetItemsProcessed(state.iterations());
    auto closed = co_await first.close();
    const bool ended = co_await std::move(other);
    if (!closed || !ended) state.SkipWithError("the connection did not end");
    co_return 0;
}

/// A file that has no name any more; none where the folder for temporary files takes no direct transfers.
std::optional<spargio::fs::file> some_pages() {
    std::string name = (std::filesystem::temp_directory_path() / "micro_XXXXXX").string();
    const spargio::file_descriptor made(::mkstemp(name.data()));
    if (made.get() < 0) return std::nullopt;
    const std::vector<std::byte> bytes(page * pages, std::byte{1});
    const bool written =
        ::write(made.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::fsync(made.get()) == 0;
    spargio::file_descriptor direct(written ? ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT) : -1);
    ::unlink(name.c_str());
    if (direct.get() < 0) return std::nullopt;
    return spargio::fs::file::from_fd(std::move(direct));
}

spargio::task<bool> read_some(const spargio::fs::file& file, std::span<std::byte> into, std::uint32_t turn) {
    bool right = true;
    for (int i = 0; i < in_a_row; ++i) {
        turn = turn * 1'664'525 + 1'013'904'223; // no read-ahead expects that
        auto count = co_await file.read_at(into, (turn >> 16) % pages * page);
        right &= count && *count == page;
    }
    co_return right;
}

spargio::task<int> direct_reads(benchmark::State& state, bool registered) {
    auto file = some_pages();
    auto memory = spargio::registered_buffer::make(depth * page); // at the beginning of a page; as plain memory
    if (!file || !memory || (registered && !file->register_here())) {
        state.SkipWithError("not to be had here");
        co_return 0;
    }
    std::uint32_t round = 0;
    for (auto each : state) {
        static_cast<void>(each);
        std::vector<spargio::join_handle<bool>> all;
        all.reserve(depth);
        for (std::uint32_t i = 0; i < depth; ++i)
            all.push_back(spargio::spawn(read_some(*file, memory->bytes().subspan(i * page, page), ++round),
                                         spargio::pinned{0}));
        for (auto& one : all) {
            const bool right = co_await std::move(one);
            if (!right) state.SkipWithError("a page could not be read");
        }
    }
    state.SetItemsProcessed(state.iterations() * depth * in_a_row);
    co_return 0;
}

template <bool registered>
void stream(benchmark::State& state) {
    run_on_first_shard(state, 1, [](benchmark::State& s) { return rounds(s, registered); });
}
template <bool registered>
void file_direct(benchmark::State& state) {
    run_on_first_shard(state, 1, [](benchmark::State& s) { return direct_reads(s, registered); });
}

BENCHMARK(stream<false>)->Name("micro/registered/stream_plain")->UseRealTime();
BENCHMARK(stream<true>)->Name("micro/registered/stream")->UseRealTime();
BENCHMARK(file_direct<false>)->Name("micro/registered/file_direct_32_plain")->UseRealTime();
BENCHMARK(file_direct<true>)->Name("micro/registered/file_direct_32")->UseRealTime();

} // namespace
} // namespace bench::micro
