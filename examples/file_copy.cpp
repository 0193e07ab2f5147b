// Copies a file by reads and writes of its own, many at a time, and says how much it was:
//
//   example_file_copy FROM TO
//
// fs::copy() does the same in one call. This shows files, tasks that share one, and errors as values.
#include <spargio/spargio.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace {

using spargio::io_result;
using spargio::task;
namespace fs = spargio::fs;

constexpr std::uint64_t block = 256 * 1024;
constexpr std::uint64_t copiers = 8;

/// Copies every eighth block, the first at `first`. Several of these work on the same two files.
task<io_result<void>> copy_blocks(const fs::file& from, const fs::file& to, std::uint64_t first,
                                  std::uint64_t size) {
    std::vector<std::byte> buffer(block);
    for (std::uint64_t at = first * block; at < size; at += copiers * block) {
        const auto part = std::span(buffer).first(std::min(block, size - at));
        auto read = co_await from.read_exact_at(part, at);
        if (!read) co_return read;
        auto written = co_await to.write_all_at(part, at);
        if (!written) co_return written;
    }
    co_return io_result<void>();
}

task<io_result<std::uint64_t>> copy(std::string from_name, std::string to_name) {
    auto from = co_await fs::file::open(from_name);
    if (!from) co_return std::unexpected(from.error());
    auto known = co_await from->metadata();
    if (!known) co_return std::unexpected(known.error());
    auto to = co_await fs::file::create(to_name);
    if (!to) co_return std::unexpected(to.error());

    std::vector<spargio::join_handle<io_result<void>>> parts;
    for (std::uint64_t i = 0; i < copiers; ++i)
        parts.push_back(spargio::spawn(copy_blocks(*from, *to, i, known->size)));
    io_result<void> outcome;
    for (auto& part : parts) { // all of them, whatever they say: they use the files
        auto copied = co_await std::move(part);
        if (!copied) outcome = copied;
    }
    if (!outcome) co_return std::unexpected(outcome.error());

    auto synced = co_await to->sync_all();
    if (!synced) co_return std::unexpected(synced.error());
    auto closed = co_await to->close(); // the last word on whether it was written
    if (!closed) co_return std::unexpected(closed.error());
    co_return known->size;
}

task<int> copy_and_tell(std::string from, std::string to) {
    auto copied = co_await copy(from, to);
    if (!copied) {
        std::cerr << "could not copy " << from << " to " << to << ": " << copied.error().message() << '\n';
        co_return 1;
    }
    std::cout << "copied " << *copied << " bytes\n";
    co_return 0;
}

} // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::cerr << "usage: " << words[0] << " FROM TO\n";
        return 2;
    }
    return spargio::run({.shards = 2}, [&] { return copy_and_tell(words[1], words[2]); });
}
