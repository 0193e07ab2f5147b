// FIFOs: opened as open(2) opens them, and nobody waits for others because of one.
#include <spargio/spargio.hpp>

#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
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

path make_fifo(const scratch_directory& scratch, std::string_view name) {
    const path made = scratch / name;
    if (::mkfifo(made.c_str(), 0600) != 0) throw std::system_error(errno, std::system_category());
    return made;
}

/// Until `count` tasks wait by a timer, as those do that look again, or one task has ended.
template <class T>
bool wait(const runtime& tested, const join_handle<T>& one, std::size_t count = 1) {
    while (!one.ready() && tested.handle().stats().total().timers_pending < count) std::this_thread::yield();
    return !one.ready();
}

task<std::error_code> open_and_close(fs::open_options options, path name) {
    auto opened = co_await options.open(name);
    if (!opened) co_return opened.error();
    auto closed = co_await opened->close();
    co_return closed ? std::error_code{} : closed.error();
}

task<std::error_code> write_text(path name, std::string_view text) {
    auto written = co_await fs::write(std::move(name), text);
    co_return written ? std::error_code{} : written.error();
}

task<std::string> read_text(path name) {
    auto text = co_await fs::read_to_string(std::move(name));
    co_return text ? *text : "error: " + text.error().message();
}

std::string all_of(int descriptor) {
    std::string text(100, '\0');
    std::size_t filled = 0;
    for (ssize_t came = 1; came > 0; filled += static_cast<std::size_t>(came))
        if (came = ::read(descriptor, text.data() + filled, text.size() - filled); came < 0)
            throw std::system_error(errno, std::system_category());
    text.resize(filled);
    return text;
}

const std::error_code fine;

class R40_fifo : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override { ::setenv("SPARGIO_TIER", GetParam(), 1); }
    void TearDown() override { ::unsetenv("SPARGIO_TIER"); }
};

TEST_P(R40_fifo, opened_for_writing_waits_for_its_reader) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto tested = start(1);
    for (const bool makes : {false, true}) {
        auto opening = tested->spawn(open_and_close(fs::open_options().write().create(makes), fifo), pinned{0});
        EXPECT_TRUE(wait(*tested, opening));
        const file_descriptor reader(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC)); // which waits as well
        EXPECT_EQ(std::move(opening).get(), fine);
        EXPECT_EQ(all_of(reader.get()), "");
    }
    auto writing = tested->spawn(write_text(fifo, "hello"), pinned{0});
    EXPECT_TRUE(wait(*tested, writing));
    const file_descriptor reader(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(all_of(reader.get()), "hello");
    EXPECT_EQ(std::move(writing).get(), fine);
}

TEST_P(R40_fifo, opened_for_reading_waits_for_a_writer_who_need_not_write) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto tested = start(1);
    auto opening = tested->spawn(open_and_close(fs::open_options().read(), fifo), pinned{0});
    EXPECT_TRUE(wait(*tested, opening));
    const file_descriptor writer(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_EQ(std::move(opening).get(), fine);
}

TEST_P(R40_fifo, gives_what_was_written_before_the_open_came_back) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto tested = start(1);
    for (const std::string_view text : {"hello", ""}) {
        auto reading = tested->spawn(read_text(fifo), pinned{0});
        EXPECT_TRUE(wait(*tested, reading));
        file_descriptor writer(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
        ASSERT_EQ(::write(writer.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
        writer.reset();
        EXPECT_EQ(std::move(reading).get(), text);
    }
}

TEST_P(R40_fifo, that_lacks_its_other_side_is_given_up_when_the_task_is_cancelled) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto tested = start(1);
    for (const auto& options : {fs::open_options().read(), fs::open_options().write().truncate()}) {
        auto opening = tested->spawn(open_and_close(options, fifo), pinned{0});
        EXPECT_TRUE(wait(*tested, opening));
        opening.cancel();
        EXPECT_EQ(std::move(opening).get(), make_error_code(errc::canceled));
    }
}

TEST_P(R40_fifo, that_is_removed_while_it_is_waited_for_is_not_made_again) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto tested = start(1);
    auto writing = tested->spawn(write_text(fifo, "hello"), pinned{0});
    EXPECT_TRUE(wait(*tested, writing));
    std::filesystem::remove(fifo);
    EXPECT_EQ(std::move(writing).get(), std::errc::no_such_file_or_directory);
    EXPECT_FALSE(exists(fifo));
}

INSTANTIATE_TEST_SUITE_P(of_tier, R40_fifo, testing::Values("", "no_fs_ops"));

TEST(R40, who_asks_not_to_wait_for_a_fifo_does_not) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto open = [&](fs::open_options options) {
        return run({.shards = 1}, [&] { return open_and_close(options.flags(O_NONBLOCK), fifo); });
    };
    EXPECT_EQ(open(fs::open_options().write()), std::errc::no_such_device_or_address);
    EXPECT_EQ(open(fs::open_options().read()), fine);
    EXPECT_EQ(open(fs::open_options().read().write()), fine);
}

task<int> flags_of(path name) {
    auto opened = co_await fs::open_options().write().append().open(std::move(name));
    co_return opened ? ::fcntl(opened->number(), F_GETFL) : -1;
}

TEST(R40, an_open_file_waits_and_keeps_its_flags) {
    const scratch_directory scratch;
    const path file = scratch.make_file("file", "");
    const int flags = run({.shards = 1}, [&] { return flags_of(file); });
    EXPECT_EQ(flags & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_WRONLY | O_APPEND);
}

task<std::error_code> copied(path from, path to) {
    auto done = co_await fs::copy(std::move(from), std::move(to));
    co_return done ? std::error_code{} : done.error();
}

TEST(R41, what_is_no_regular_file_is_not_copied_nor_waited_for) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    create_symlink("fifo", scratch / "link");
    for (const path& from : {fifo, scratch / "link", path("/dev/zero"), scratch.path()})
        EXPECT_EQ(run({.shards = 1}, [&] { return copied(from, scratch / "copy"); }),
                  std::errc::invalid_argument)
            << from;
    EXPECT_FALSE(exists(scratch / "copy"));
}

TEST(R41, a_copy_goes_into_a_fifo_or_a_device_as_they_take_it) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const path file = scratch.make_file("file", "hello");
    const auto tested = start(1);
    auto copying = tested->spawn(copied(file, fifo), pinned{0});
    EXPECT_TRUE(wait(*tested, copying));
    const file_descriptor reader(::open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(all_of(reader.get()), "hello");
    EXPECT_EQ(std::move(copying).get(), fine);
    EXPECT_EQ(std::filesystem::status(fifo).permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(tested->spawn(copied(file, "/dev/null"), pinned{0}).get(), fine);
    EXPECT_EQ(tested->spawn(copied(file, "/dev/full"), pinned{0}).get(), std::errc::no_space_on_device);
}

TEST(R41, copies_that_nobody_takes_hold_no_helper_and_can_be_ended) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const path file = scratch.make_file("file", std::string(200'000, 'x')); // more than a pipe has room for
    const auto tested = start({.shards = 1, .blocking_threads = 1});
    const file_descriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    std::vector<join_handle<std::error_code>> copies;
    for (int i = 0; i < 4; ++i) copies.push_back(tested->spawn(copied(file, fifo), pinned{0}));
    EXPECT_EQ(tested->spawn(copied(file, scratch / "copy"), pinned{0}).get(), fine);
    for (auto& each : copies) each.cancel();
    for (auto& each : copies) EXPECT_EQ(std::move(each).get(), make_error_code(errc::canceled));
}

task<std::error_code> write_and_sync(path name) {
    auto made = co_await fs::file::create(std::move(name));
    if (!made) co_return made.error();
    auto synced = co_await made->sync_all();
    co_return synced ? std::error_code{} : synced.error();
}

TEST(R41, opens_of_a_fifo_that_nobody_reads_hold_no_worker_of_the_kernel) {
    const scratch_directory scratch;
    const path fifo = make_fifo(scratch, "fifo");
    const auto tested = start(1);
    const std::size_t more_than_workers = 4 * std::thread::hardware_concurrency() + 4;
    std::vector<join_handle<std::error_code>> stuck;
    for (std::size_t i = 0; i < more_than_workers; ++i)
        stuck.push_back(tested->spawn(write_text(fifo, "x"), pinned{0}));
    EXPECT_TRUE(wait(*tested, stuck.front(), more_than_workers));
    EXPECT_EQ(tested->spawn(write_and_sync(scratch / "file"), pinned{0}).get(), fine);
    for (auto& each : stuck) each.cancel();
    for (auto& each : stuck) EXPECT_EQ(std::move(each).get(), make_error_code(errc::canceled));
}

} // namespace
} // namespace spargio
