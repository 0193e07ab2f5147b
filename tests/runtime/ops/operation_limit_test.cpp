// A shard has a fixed number of operations with the kernel at most (P4).
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace spargio {
namespace {

constexpr unsigned limit = 4;

class limited_shard : public testing::Test {
protected:
    limited_shard() {
        auto started = runtime::start({.shards = 1, .operations = limit});
        if (!started) throw std::runtime_error(started.error().message);
        tested_ = std::move(*started);
        std::array<int, 2> numbers{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()) != 0)
            throw std::runtime_error("socketpair");
        ours_ = file_descriptor(numbers[0]);
        theirs_ = file_descriptor(numbers[1]);
    }

    static task<std::error_code> read_one(int from) {
        std::array<std::byte, 1> one{};
        auto came = co_await ops::recv(from, one);
        co_return came ? std::error_code{} : came.error();
    }

    /// As many readers as there may be operations, each with the kernel.
    std::vector<join_handle<std::error_code>> readers() {
        std::vector<join_handle<std::error_code>> all;
        for (unsigned i = 0; i < limit; ++i) all.push_back(tested_->spawn(read_one(ours_.get())));
        while (tested_->handle().stats().total().operations_pending != limit) std::this_thread::yield();
        return all;
    }

    void release(std::vector<join_handle<std::error_code>>& readers) {
        const std::array<std::byte, limit> bytes{};
        ASSERT_EQ(::write(theirs_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        for (auto& each : readers) EXPECT_EQ(std::move(each).get(), std::error_code{});
    }

    std::unique_ptr<runtime> tested_;
    file_descriptor ours_, theirs_;
};

TEST_F(limited_shard, P4_one_operation_too_many_is_refused_and_has_taken_nothing) {
    auto waiting = readers();
    EXPECT_EQ(tested_->spawn(read_one(ours_.get())).get(), make_error_code(errc::overloaded));
    release(waiting); // as many bytes as readers: one more reader would have left one without
    std::byte one{1};
    ASSERT_EQ(::write(theirs_.get(), &one, 1), 1);
    EXPECT_EQ(tested_->spawn(read_one(ours_.get())).get(), std::error_code{});
    EXPECT_EQ(tested_->handle().stats().total().operations_pending, 0u);
}

task<std::error_code> close_number(int number) {
    auto closed = co_await ops::close(number);
    co_return closed ? std::error_code{} : closed.error();
}

TEST_F(limited_shard, P4_closing_is_never_one_too_many) {
    auto waiting = readers();
    const int other = ::fcntl(theirs_.get(), F_DUPFD_CLOEXEC, 0);
    EXPECT_EQ(tested_->spawn(close_number(other)).get(), std::error_code{});
    EXPECT_EQ(::fcntl(other, F_GETFD), -1);
    release(waiting);
}

task<std::error_code> receive_one(int from) {
    ops::receive_stream coming(from);
    auto came = co_await coming.next();
    co_return came ? std::error_code{} : came.error();
}

TEST_F(limited_shard, P4_a_stream_too_many_says_so) {
    auto waiting = readers();
    EXPECT_EQ(tested_->spawn(receive_one(ours_.get())).get(), make_error_code(errc::overloaded));
    release(waiting);
}

} // namespace
} // namespace spargio
