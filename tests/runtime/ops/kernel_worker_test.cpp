// The threads of the kernel that work for a shard, and how many they may be.
#include <spargio/spargio.hpp>

#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace spargio {
namespace {

using path = std::filesystem::path;

/// Those of this process.
std::size_t workers() {
    std::size_t count = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::string name;
        std::getline(std::ifstream(thread.path() / "comm"), name); // gone meanwhile: none
        count += name.starts_with("iou-wrk") ? 1U : 0U;
    }
    return count;
}

/// Waits in a thread of the kernel's, as long as nobody reads the FIFO.
task<std::error_code> wait_in_open(const path& fifo) {
    auto opened = co_await ops::openat(AT_FDCWD, fifo.c_str(), O_WRONLY | O_CREAT);
    co_return opened ? std::error_code{} : opened.error();
}

task<std::error_code> create(path name) {
    auto made = co_await fs::create_dir(std::move(name));
    co_return made ? std::error_code{} : made.error();
}

class kernel_workers : public testing::Test {
protected:
    void SetUp() override {
        while (workers() != 0) std::this_thread::yield(); // of threads that have ended just now
        ASSERT_EQ(::mkfifo(fifo_.c_str(), 0600), 0);
    }

    void begin(unsigned most, std::size_t stuck) {
        tested_ = start({.shards = 1, .kernel_workers = most});
        for (std::size_t i = 0; i < stuck; ++i)
            stuck_.push_back(tested_->spawn(wait_in_open(fifo_), pinned{0}));
    }
    void release() {
        for (auto& each : stuck_) each.cancel();
        for (auto& each : stuck_) EXPECT_EQ(std::move(each).get(), make_error_code(errc::canceled));
        tested_.reset();
    }

    const scratch_directory scratch_;
    const path fifo_ = scratch_ / "fifo";
    std::unique_ptr<runtime> tested_;
    std::vector<join_handle<std::error_code>> stuck_;
};

using R2_kernel_workers = kernel_workers;
using P6_kernel_workers = kernel_workers;

TEST_F(P6_kernel_workers, that_wait_in_an_open_are_ended_as_canceled) {
    begin(0, 1);
    while (workers() == 0) std::this_thread::yield();
    release(); // not with the errno by which the kernel restarts calls
}

TEST_F(R2_kernel_workers, may_be_more_than_the_kernel_would_have) {
    const std::size_t by_default = 4 * std::thread::hardware_concurrency();
    begin(static_cast<unsigned>(by_default) + 3, by_default + 2);
    EXPECT_EQ(tested_->spawn(create(scratch_ / "made"), pinned{0}).get(), std::error_code{});
    EXPECT_TRUE(exists(scratch_ / "made"));
    release();
}

TEST_F(R2_kernel_workers, are_no_more_than_the_option_says) {
    begin(1, 8);
    const auto asks = []() -> task<> { (void)co_await ops::nop(); };
    tested_->spawn(asks(), pinned{0}).get(); // the kernel has had all of them by now
    EXPECT_LE(workers(), 1U);
    release();
}

} // namespace
} // namespace spargio
