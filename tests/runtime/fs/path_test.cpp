// What is done to names in the file system, and which way it goes.
#include <spargio/spargio.hpp>

#include "tests/runtime/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio {
namespace {

using path = std::filesystem::path;
using std::filesystem::exists;
using std::filesystem::file_type;
using std::filesystem::perms;

/// The error of an operation on a runtime of its own; none when it went well.
template <class T>
task<std::error_code> error_of(task<io_result<T>> work) {
    auto result = co_await std::move(work);
    if (result) co_return std::error_code{};
    co_return result.error();
}

template <class T>
std::error_code done(task<io_result<T>> work) {
    return run({.shards = 1}, [&] { return error_of(std::move(work)); });
}

/// The value of one that must go well.
template <class T>
task<T> value_of(task<io_result<T>> work) {
    auto result = co_await std::move(work);
    if (!result) throw std::system_error(result.error());
    co_return std::move(*result);
}

template <class T>
T got(task<io_result<T>> work) {
    return run({.shards = 1}, [&] { return value_of(std::move(work)); });
}

const std::error_code fine;

TEST(R41, directories_are_made_and_removed) {
    const scratch_directory scratch;
    EXPECT_EQ(done(fs::create_dir(scratch / "a")), fine);
    EXPECT_TRUE(is_directory(scratch / "a"));
    EXPECT_EQ(done(fs::create_dir(scratch / "a")), std::errc::file_exists);
    EXPECT_EQ(done(fs::create_dir(scratch / "b/c")), std::errc::no_such_file_or_directory);
    EXPECT_EQ(done(fs::remove_dir(scratch / "a")), fine);
    EXPECT_FALSE(exists(scratch / "a"));
    EXPECT_EQ(done(fs::remove_dir(scratch / "a")), std::errc::no_such_file_or_directory);
    const auto file = scratch.make_file("file", "");
    EXPECT_EQ(done(fs::remove_dir(file)), std::errc::not_a_directory);
    EXPECT_EQ(done(fs::create_dir(path(std::string("a\0b", 3)))), std::errc::invalid_argument);
}

TEST(R41, a_directory_is_made_with_those_above_it) {
    const scratch_directory scratch;
    EXPECT_EQ(done(fs::create_dir_all(scratch / "a/b/c/d")), fine);
    EXPECT_TRUE(is_directory(scratch / "a/b/c/d"));
    EXPECT_EQ(done(fs::create_dir_all(scratch / "a/b/c/d")), fine);
    EXPECT_EQ(done(fs::create_dir_all(scratch / "a/x/../y/")), fine);
    EXPECT_TRUE(is_directory(scratch / "a/y"));
    EXPECT_EQ(done(fs::create_dir_all("/")), fine);
    const auto file = scratch.make_file("file", "");
    EXPECT_EQ(done(fs::create_dir_all(file)), std::errc::file_exists);
    EXPECT_EQ(done(fs::create_dir_all(file / "below")), std::errc::not_a_directory);
    EXPECT_EQ(done(fs::create_dir_all("")), std::errc::no_such_file_or_directory);
}

TEST(R41, a_tree_is_removed_and_what_links_point_to_is_not) {
    const scratch_directory scratch;
    const auto kept = scratch.make_file("kept", "abc");
    create_directories(scratch / "tree/deep/er");
    scratch.make_file("tree/deep/file", "abc");
    create_symlink(kept, scratch / "tree/link");
    create_directory_symlink(scratch.path(), scratch / "tree/deep/up");
    EXPECT_EQ(done(fs::remove_dir_all(kept)), std::errc::not_a_directory);
    EXPECT_EQ(done(fs::remove_dir_all(scratch / "tree/deep/up")), std::errc::not_a_directory);
    EXPECT_EQ(done(fs::remove_dir_all(scratch / "none")), std::errc::no_such_file_or_directory);
    EXPECT_EQ(done(fs::remove_dir_all(scratch / "tree")), fine);
    EXPECT_FALSE(exists(scratch / "tree"));
    EXPECT_TRUE(exists(kept));
}

TEST(R41, files_are_removed_renamed_and_linked) {
    const scratch_directory scratch;
    const auto one = scratch.make_file("one", "abc");
    const auto two = scratch.make_file("two", "def");
    EXPECT_EQ(done(fs::hard_link(one, scratch / "same")), fine);
    EXPECT_EQ(std::filesystem::hard_link_count(one), 2u);
    EXPECT_EQ(done(fs::hard_link(one, two)), std::errc::file_exists);
    EXPECT_EQ(done(fs::rename(one, two)), fine);
    EXPECT_FALSE(exists(one));
    EXPECT_EQ(scratch_directory::contents_of(two), "abc");
    EXPECT_EQ(done(fs::rename(one, two)), std::errc::no_such_file_or_directory);
    EXPECT_EQ(done(fs::symlink("two", scratch / "link")), fine);
    EXPECT_EQ(read_symlink(scratch / "link"), "two");
    EXPECT_EQ(done(fs::remove_file(scratch / "link")), fine);
    EXPECT_TRUE(exists(two));
    EXPECT_EQ(done(fs::remove_file(two)), fine);
    EXPECT_EQ(done(fs::remove_file(two)), std::errc::no_such_file_or_directory);
    EXPECT_EQ(done(fs::remove_file(scratch.path())), std::errc::is_a_directory);
}

TEST(R41, metadata_says_what_the_kernel_says) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("file", "abcde");
    create_symlink("file", scratch / "link");
    struct ::stat expected {};
    ASSERT_EQ(::stat(file.c_str(), &expected), 0);
    for (const auto& name : {file, scratch / "link"}) {
        const auto known = got(fs::metadata(name));
        EXPECT_TRUE(known.is_file());
        EXPECT_EQ(known.size, 5u);
        EXPECT_EQ(known.links, 1u);
        EXPECT_EQ(known.inode, expected.st_ino);
        EXPECT_EQ(known.device, expected.st_dev);
        EXPECT_EQ(known.user, expected.st_uid);
        EXPECT_EQ(known.group, expected.st_gid);
        EXPECT_EQ(static_cast<mode_t>(known.permissions), expected.st_mode & 07777);
        EXPECT_EQ(known.allocated_bytes, static_cast<std::uint64_t>(expected.st_blocks) * 512);
        EXPECT_EQ(known.modified.nearest().time_since_epoch(),
                  std::chrono::seconds(expected.st_mtim.tv_sec) +
                      std::chrono::nanoseconds(expected.st_mtim.tv_nsec));
    }
    EXPECT_TRUE(got(fs::symlink_metadata(scratch / "link")).is_symlink());
    EXPECT_TRUE(got(fs::metadata(scratch.path())).is_directory());
    EXPECT_EQ(done(fs::metadata(scratch / "none")), std::errc::no_such_file_or_directory);
}

TEST(R41, a_file_time_is_of_any_year_that_the_file_system_keeps) {
    const scratch_directory scratch(scratch_directory::in_memory());
    const auto file = scratch.make_file("file", "");
    std::vector<fs::file_time> moments;
    for (const int year : {1066, 1600, 1969, 2024, 2262, 2400, 9999}) {
        const auto second = std::chrono::sys_days(std::chrono::year(year) / 7 / 1).time_since_epoch();
        const timespec moment{std::chrono::seconds(second).count(), 123'456'789};
        const timespec both[] = {moment, moment};
        ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), both, 0), 0);
        struct ::stat kept {};
        ASSERT_EQ(::stat(file.c_str(), &kept), 0);
        const auto known = got(fs::metadata(file));
        EXPECT_EQ(known.modified.second().time_since_epoch().count(), kept.st_mtim.tv_sec) << year;
        EXPECT_EQ(known.modified.fraction().count(), kept.st_mtim.tv_nsec) << year;
        EXPECT_EQ(known.accessed.second().time_since_epoch().count(), kept.st_atim.tv_sec) << year;
        moments.push_back(known.modified);
    }
    EXPECT_TRUE(std::ranges::is_sorted(moments));
    EXPECT_EQ(moments.front().nearest(), std::chrono::sys_time<std::chrono::nanoseconds>::min());
    EXPECT_EQ(moments.back().nearest(), std::chrono::sys_time<std::chrono::nanoseconds>::max());
}

TEST(R41, permissions_are_set_and_names_made_whole) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("file", "");
    EXPECT_EQ(done(fs::set_permissions(file, perms(0640))), fine);
    EXPECT_EQ(std::filesystem::status(file).permissions(), perms(0640));
    EXPECT_EQ(done(fs::set_permissions(scratch / "none", perms(0640))), std::errc::no_such_file_or_directory);
    create_symlink("file", scratch / "link");
    EXPECT_EQ(got(fs::canonicalize(scratch / "./link")), canonical(file));
    EXPECT_EQ(done(fs::canonicalize(scratch / "none")), std::errc::no_such_file_or_directory);
}

TEST(R41, whole_files_are_written_and_read) {
    const scratch_directory scratch;
    std::string much(300'000, '?');
    for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>('a' + i % 23);
    for (const auto& text : {std::string("abc"), std::string(), much}) {
        EXPECT_EQ(done(fs::write(scratch / "file", text)), fine);
        EXPECT_EQ(scratch_directory::contents_of(scratch / "file"), text);
        EXPECT_EQ(got(fs::read_to_string(scratch / "file")), text);
        const auto bytes = got(fs::read(scratch / "file"));
        EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), text);
    }
    EXPECT_EQ(done(fs::read(scratch / "none")), std::errc::no_such_file_or_directory);
    EXPECT_EQ(done(fs::read(scratch.path())), std::errc::is_a_directory);
    EXPECT_EQ(done(fs::write(scratch.path(), "abc")), std::errc::is_a_directory);
}

TEST(R41, a_copy_has_the_contents_and_the_permissions) {
    const scratch_directory scratch;
    const auto from = scratch.make_file("from", std::string(20'000'000, 'x'));
    std::filesystem::permissions(from, perms(0600));
    const auto to = scratch.make_file("to", "what was there before");
    EXPECT_EQ(got(fs::copy(from, to)), 20'000'000u);
    EXPECT_EQ(std::filesystem::file_size(to), 20'000'000u);
    EXPECT_TRUE(scratch_directory::contents_of(to) == scratch_directory::contents_of(from));
    EXPECT_EQ(std::filesystem::status(to).permissions(), perms(0600));
    EXPECT_EQ(done(fs::copy(from, from)), std::errc::invalid_argument);
    EXPECT_EQ(std::filesystem::file_size(from), 20'000'000u);
    EXPECT_EQ(done(fs::copy(scratch.path(), to)), std::errc::invalid_argument);
    EXPECT_EQ(done(fs::copy(scratch / "none", to)), std::errc::no_such_file_or_directory);
}

TEST(R41, a_copy_of_what_the_kernel_makes_up_is_whole) {
    const scratch_directory scratch;
    for (const char* const from : {"/proc/self/mountinfo", "/proc/version", "/proc/filesystems"}) {
        EXPECT_GT(got(fs::copy(from, scratch / "copy")), 0u) << from;
        EXPECT_EQ(scratch_directory::contents_of(scratch / "copy"), scratch_directory::contents_of(from));
        EXPECT_GT(got(fs::copy(from, "/dev/null")), 0u) << from;
    }
    const auto empty = scratch.make_file("empty", "");
    EXPECT_EQ(got(fs::copy(empty, scratch / "copy")), 0u);
    EXPECT_EQ(std::filesystem::file_size(scratch / "copy"), 0u);
}

task<std::set<std::string>> list(path directory) {
    std::set<std::string> names;
    auto reader = co_await value_of(fs::read_dir(std::move(directory)));
    for (;;) {
        auto entry = co_await value_of(reader.next());
        if (!entry) break;
        const auto kind = entry->type == file_type::directory ? "/" : "";
        if (!names.insert(entry->name().string() + kind).second) throw std::logic_error("twice");
    }
    auto beyond = co_await value_of(reader.next());
    if (beyond) throw std::logic_error("an entry behind the last");
    co_return names;
}

TEST(R41, a_directory_is_listed_once_each_and_to_its_end) {
    const scratch_directory scratch;
    EXPECT_TRUE(run({.shards = 1}, [&] { return list(scratch.path()); }).empty());
    std::set<std::string> expected{"deep/"};
    create_directory(scratch / "deep");
    for (int i = 0; i < 1000; ++i) { // several visits of the pool
        const auto name = "file" + std::to_string(i);
        scratch.make_file(name, "");
        expected.insert(name);
    }
    EXPECT_EQ(run({.shards = 1}, [&] { return list(scratch.path()); }), expected);
    EXPECT_EQ(done(fs::read_dir(scratch / "none")), std::errc::no_such_file_or_directory);
    EXPECT_EQ(done(fs::read_dir(scratch / "file1")), std::errc::not_a_directory);
}

bool plays_no_fs_ops() {
    const char* const tier = std::getenv("SPARGIO_TIER");
    return tier != nullptr && std::string_view(tier).find("no_fs_ops") != std::string_view::npos;
}

/// Functions that the pool has run. Their joiners go on before they are counted.
std::uint64_t visits(const runtime& of) {
    while (of.handle().blocking().running != 0) std::this_thread::yield();
    return of.handle().blocking().done;
}

task<int> do_natively(path directory) {
    auto made = co_await fs::create_dir(directory / "d");
    auto written = co_await fs::write(directory / "d/a", "abc");
    auto renamed = co_await fs::rename(directory / "d/a", directory / "d/b");
    auto linked = co_await fs::hard_link(directory / "d/b", directory / "d/c");
    auto pointed = co_await fs::symlink("c", directory / "d/l");
    auto known = co_await fs::metadata(directory / "d/l");
    auto text = co_await fs::read_to_string(directory / "d/l");
    if (!made || !written || !renamed || !linked || !pointed || !known || !text) co_return 1;
    for (const char* name : {"b", "c", "l"}) {
        auto removed = co_await fs::remove_file(directory / "d" / name);
        if (!removed) co_return 2;
    }
    auto emptied = co_await fs::remove_dir(directory / "d");
    co_return emptied&&* text == "abc" ? 0 : 3;
}

TEST(R41, what_the_kernel_has_a_request_for_goes_to_no_thread_and_the_rest_to_the_pool) {
    const scratch_directory scratch;
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    auto& tested = **started;
    auto natively = tested.spawn(do_natively(scratch.path()), pinned{0});
    EXPECT_EQ(std::move(natively).get(), 0);
    // On a kernel without them each is one visit of the pool, to open a file too.
    if (plays_no_fs_ops())
        EXPECT_GE(visits(tested), 12u);
    else
        EXPECT_EQ(visits(tested), 0u);
    const auto before = visits(tested);
    auto pooled = tested.spawn(value_of(fs::canonicalize(scratch.path())), pinned{0});
    std::move(pooled).get();
    EXPECT_EQ(visits(tested), before + 1);
}

task<int> when_cancelled(path directory) {
    co_await this_task::cancelled();
    const auto canceled = make_error_code(errc::canceled);
    auto made = co_await fs::create_dir(directory / "made");
    if (made || made.error() != canceled) co_return 1;
    auto opened = co_await fs::file::create(directory / "opened");
    if (opened || opened.error() != canceled) co_return 2;
    auto removed = co_await fs::remove_dir_all(directory);
    if (removed || removed.error() != canceled) co_return 3;
    auto copied = co_await fs::copy(directory / "a", directory / "copied");
    if (copied || copied.error() != canceled) co_return 4;
    co_return 0;
}

TEST(P6, a_cancelled_task_changes_nothing_in_the_file_system) {
    const scratch_directory scratch;
    scratch.make_file("a", "abc");
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    auto cancelled = (*started)->spawn(when_cancelled(scratch.path()), pinned{0});
    cancelled.cancel();
    EXPECT_EQ(std::move(cancelled).get(), 0);
    EXPECT_TRUE(exists(scratch / "a"));
    EXPECT_FALSE(exists(scratch / "made"));
    EXPECT_FALSE(exists(scratch / "opened"));
    EXPECT_FALSE(exists(scratch / "copied"));
}

task<int> when_overloaded(path directory) {
    std::vector<join_handle<>> busy;
    std::atomic<bool> open{false};
    for (int i = 0; i < 2; ++i) {
        auto job = spawn_blocking([&open] { open.wait(false); });
        if (!job) co_return 1;
        busy.push_back(std::move(*job));
    }
    auto refused = co_await fs::canonicalize(directory);
    open = true;
    open.notify_all();
    for (auto& each : busy) co_await std::move(each);
    if (refused || refused.error() != make_error_code(errc::overloaded)) co_return 2;
    auto taken = co_await fs::canonicalize(directory);
    co_return taken ? 0 : 3;
}

TEST(R41, a_full_pool_is_an_error) {
    const scratch_directory scratch;
    EXPECT_EQ(run({.shards = 1, .blocking_threads = 1, .blocking_queue = 1},
                  [&] { return when_overloaded(scratch.path()); }),
              0);
}

} // namespace
} // namespace spargio
