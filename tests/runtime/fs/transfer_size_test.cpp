// Transfers of no bytes, of one, and of more than the kernel moves at once.
#include <spargio/spargio.hpp>

#include "tests/runtime/pseudo_terminal.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/untouched_memory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace spargio {
namespace {

using path = std::filesystem::path;

constexpr std::size_t two_gib = std::size_t{1} << 31;
constexpr std::size_t four_gib = std::size_t{1} << 32;
constexpr std::size_t at_most = 0x7ffff000; // that read(2) and write(2) move

/// A terminal that nobody types at, and a pipe that is empty or full.
struct idle_things {
    idle_things() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
            throw std::system_error(errno, std::system_category());
        out.reset(ends[0]);
        in.reset(ends[1]);
        for (const int each : ends) ::fcntl(each, F_SETFL, 0);
    }
    void fill() const {
        ::fcntl(in.get(), F_SETFL, O_NONBLOCK);
        const std::string much(4096, 'x');
        while (::write(in.get(), much.data(), much.size()) > 0) {
        }
        ::fcntl(in.get(), F_SETFL, 0);
    }
    pseudo_terminal terminal;
    file_descriptor out;
    file_descriptor in;
};

template <class Result>
bool is_zero(const Result& result) {
    return result && *result == 0;
}

task<int> read_nothing(int from, registered_part of_buffer) {
    const std::array<iovec, 2> empty{};
    std::array<std::byte, 1> some{};
    // Often, as what is tried first goes to the ring now and then.
    for (int i = 0; i < 100; ++i) {
        auto plain = co_await ops::read(from, {});
        auto at_offset = co_await ops::read_at_once(from, {}, 3);
        auto at_once = co_await ops::read_at_once(from, std::span(some).first(0), ops::current_position);
        if (!is_zero(plain) || !is_zero(at_offset) || !is_zero(at_once)) co_return 1;
        auto no_parts = co_await ops::readv(from, {});
        auto empty_parts = co_await ops::readv(from, empty);
        if (!is_zero(no_parts) || !is_zero(empty_parts)) co_return 2;
        auto fixed = co_await ops::read_fixed(from, of_buffer);
        auto fixed_at_once = co_await ops::read_fixed_at_once(from, of_buffer, 0);
        if (!is_zero(fixed) || !is_zero(fixed_at_once)) co_return 3;
    }
    const fs::file file = fs::file::from_fd(file_descriptor(::dup(from)));
    auto by_file = co_await file.read_at(std::span<std::byte>(), 0);
    auto exactly = co_await file.read_exact_at({}, 0);
    co_return is_zero(by_file) && exactly ? 0 : 4;
}

task<int> write_nothing(int to, registered_part of_buffer) {
    const std::array<iovec, 2> empty{};
    auto plain = co_await ops::write(to, {});
    auto at_offset = co_await ops::write(to, {}, 3);
    auto parts = co_await ops::writev(to, empty);
    auto no_parts = co_await ops::writev(to, {});
    auto fixed = co_await ops::write_fixed(to, of_buffer);
    if (!is_zero(plain) || !is_zero(at_offset) || !is_zero(parts) || !is_zero(no_parts) || !is_zero(fixed))
        co_return 1;
    const fs::file file = fs::file::from_fd(file_descriptor(::dup(to)));
    auto by_file = co_await file.write_at(std::span<const std::byte>(), 0);
    auto all = co_await file.write_all_at({}, 0);
    co_return is_zero(by_file) && all ? 0 : 2;
}

task<int> move_nothing(const idle_things& things) {
    auto buffer = registered_buffer::make(4096);
    if (!buffer) co_return 1;
    const registered_part none = buffer->part(0, 0);
    for (const int from : {things.terminal.ours(), things.out.get()}) {
        const int read = co_await read_nothing(from, none);
        if (read != 0) co_return 10 + read;
    }
    things.fill();
    for (const int to : {things.terminal.ours(), things.in.get()}) {
        const int written = co_await write_nothing(to, none);
        if (written != 0) co_return 20 + written;
    }
    auto spliced = co_await ops::splice(things.out.get(), -1, things.in.get(), -1, 0);
    co_return is_zero(spliced) ? 0 : 30;
}

TEST(R24, a_transfer_of_nothing_waits_for_nothing) {
    const idle_things things;
    EXPECT_EQ(run({.shards = 1}, [&] { return move_nothing(things); }), 0);
}

task<int> read_much(path name, std::span<std::byte> into) {
    auto opened = co_await fs::file::open(std::move(name));
    if (!opened) co_return 1;
    for (const std::size_t size : {std::size_t{1}, two_gib, four_gib}) {
        const std::size_t expected = std::min<std::size_t>(size, 10);
        auto plain = co_await ops::read(opened->number(), into.first(size), 0);
        auto at = co_await opened->read_at(into.first(size), 0);
        if (!plain || !at || *plain != expected || *at != expected) co_return 2;
        const std::array<iovec, 1> parts{{{into.data(), size}}};
        auto by_parts = co_await ops::readv(opened->number(), parts, 0);
        if (!by_parts || *by_parts != expected) co_return 3;
        std::size_t done = 0;
        auto exactly = co_await opened->read_exact_at(into.first(size), 0, &done);
        if (done != expected || exactly.has_value() != (size == 1)) co_return 4;
    }
    co_return 0;
}

task<int> write_much(std::span<const std::byte> from) {
    auto opened = co_await fs::open_options().write().open("/dev/null");
    if (!opened) co_return 1;
    for (const std::size_t size : {std::size_t{1}, two_gib, four_gib}) {
        const std::size_t expected = std::min(size, at_most);
        auto plain = co_await ops::write(opened->number(), from.first(size), 0);
        auto at = co_await opened->write_at(from.first(size), 0);
        if (!plain || !at || *plain != expected || *at != expected) co_return 2;
        const std::array<iovec, 1> parts{{{const_cast<std::byte*>(from.data()), size}}};
        auto by_parts = co_await ops::writev(opened->number(), parts, 0);
        if (!by_parts || *by_parts != expected) co_return 3;
        std::size_t done = 0;
        auto all = co_await opened->write_all_at(from.first(size), 0, &done);
        if (!all || done != size) co_return 4;
        auto whole = co_await fs::write("/dev/null", from.first(size));
        if (!whole) co_return 5;
    }
    co_return 0;
}

TEST(R40, what_is_larger_than_the_kernel_moves_at_once_is_moved_in_parts) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("file", "0123456789");
    const untouched_memory memory(four_gib);
    EXPECT_EQ(run({.shards = 1}, [&] { return read_much(file, memory.all()); }), 0);
    EXPECT_EQ(run({.shards = 1}, [&] { return write_much(memory.all()); }), 0);
}

task<std::error_code> write_parts(std::span<const iovec> parts) {
    auto opened = co_await fs::open_options().write().open("/dev/null");
    if (!opened) co_return opened.error();
    auto written = co_await ops::writev(opened->number(), parts);
    co_return written ? std::error_code{} : written.error();
}

TEST(R24, more_parts_than_the_kernel_takes_are_an_error_however_many) {
    const untouched_memory memory(four_gib * sizeof(iovec));
    const std::span<const iovec> parts(reinterpret_cast<const iovec*>(memory.all().data()), four_gib);
    for (const std::size_t count : {std::size_t{1025}, two_gib, four_gib})
        EXPECT_EQ(run({.shards = 1}, [&] { return write_parts(parts.first(count)); }),
                  std::errc::invalid_argument)
            << count;
}

task<int> set_lengths(path name) {
    auto made = co_await fs::file::create(std::move(name));
    if (!made) co_return 1;
    for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{two_gib},
                                      std::uint64_t{four_gib}, std::uint64_t{0x7fff'ffff'ffff'ffff}}) {
        auto set = co_await made->set_len(bytes);
        if (!set) co_return 2;
        auto known = co_await made->metadata();
        if (!known || known->size != bytes) co_return 3;
        std::array<std::byte, 4> last{};
        auto end = co_await made->write_at(last, bytes); // nothing fits behind the longest
        if (end.has_value() == (bytes > four_gib)) co_return 4;
    }
    auto beyond = co_await made->set_len(std::uint64_t{1} << 63);
    co_return !beyond && beyond.error() == std::errc::invalid_argument ? 0 : 5;
}

task<bool> is_too_long_to_read(path name) {
    try {
        auto read = co_await fs::read(std::move(name));
        co_return false;
    } catch (const std::bad_alloc&) {
        co_return true;
    }
}

TEST(R40, a_file_may_be_as_long_as_offsets_reach) {
    const scratch_directory scratch(scratch_directory::in_memory()); // which keeps holes of any length
    EXPECT_EQ(run({.shards = 1}, [&] { return set_lengths(scratch / "file"); }), 0);
    EXPECT_TRUE(run({.shards = 1}, [&] { return is_too_long_to_read(scratch / "file"); }));
}

} // namespace
} // namespace spargio
