// P13, P6: every operation under every error that it can return, one at a time and at random, and transfers
// that come short. The kernel is kept out of it (detail/ring/fault_plan.hpp).
#include <spargio/detail/ring/fault_plan.hpp>
#include <spargio/spargio.hpp>

#include "tests/runtime/connected_sockets.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

/// Installed while it lives.
class plan : public detail::fault_plan {
public:
    plan() { install(this); }
    ~plan() { install(nullptr); }
};

/// The `when`-th request gets `result`; the others are the kernel's.
class one_fault final : public plan {
public:
    one_fault(int when, std::int32_t result) : when_(when), result_(result) {}
    std::optional<std::int32_t> judge(io_uring_sqe&) noexcept override {
        if (asked_.fetch_add(1) != when_) return std::nullopt;
        return result_;
    }

private:
    const int when_;
    const std::int32_t result_;
    std::atomic<int> asked_{0};
};

template <class Operation>
task<int> errno_of(Operation operation) {
    auto answer = co_await std::move(operation);
    if (answer) co_return 0;
    if (answer.error().category() != std::system_category()) co_return -1;
    co_return answer.error().value();
}

struct thing {
    std::string name;
    std::function<task<int>()> attempt;
    std::vector<int> errors;
};

std::vector<thing> all_operations() {
    static std::array<std::byte, 16> buffer;
    static std::array<iovec, 1> parts{iovec{buffer.data(), buffer.size()}};
    static struct ::statx found;
    static msghdr message{};
    static const sockaddr where{};
    const std::vector<int> transfer{EAGAIN, EBADF,  EFAULT, EINVAL, EIO,  EISDIR,
                                    ENOMEM, ENOSPC, EDQUOT, EFBIG,  EPIPE};
    const std::vector<int> path{EACCES, EEXIST, ELOOP,   EMFILE, ENAMETOOLONG,
                                ENFILE, ENOENT, ENOTDIR, EROFS,  EXDEV};
    const std::vector<int> net{EAGAIN, ECONNABORTED, ECONNREFUSED, ECONNRESET, EHOSTUNREACH,
                               EMFILE, ENETUNREACH,  ENOBUFS,      ENOTCONN,   ENOTSOCK,
                               EPIPE,  ETIMEDOUT,    EADDRINUSE};
    return {
        {"read", [] { return errno_of(ops::read(-1, buffer)); }, transfer},
        {"write", [] { return errno_of(ops::write(-1, buffer)); }, transfer},
        {"readv", [] { return errno_of(ops::readv(-1, parts)); }, transfer},
        {"writev", [] { return errno_of(ops::writev(-1, parts)); }, transfer},
        {"fsync", [] { return errno_of(ops::fsync(-1)); }, transfer},
        {"fallocate", [] { return errno_of(ops::fallocate(-1, 0, 0, 1)); }, transfer},
        {"splice", [] { return errno_of(ops::splice(-1, -1, -1, -1, 1)); }, transfer},
        {"openat", [] { return errno_of(ops::openat(AT_FDCWD, "", O_RDONLY)); }, path},
        {"statx", [] { return errno_of(ops::statx(AT_FDCWD, "", 0, 0, found)); }, path},
        {"mkdirat", [] { return errno_of(ops::mkdirat(AT_FDCWD, "")); }, path},
        {"unlinkat", [] { return errno_of(ops::unlinkat(AT_FDCWD, "")); }, path},
        {"renameat", [] { return errno_of(ops::renameat(AT_FDCWD, "", AT_FDCWD, "")); }, path},
        {"linkat", [] { return errno_of(ops::linkat(AT_FDCWD, "", AT_FDCWD, "")); }, path},
        {"symlinkat", [] { return errno_of(ops::symlinkat("", AT_FDCWD, "")); }, path},
        {"close", [] { return errno_of(ops::close(-1)); }, {EBADF, EIO, ENOSPC, EDQUOT}},
        {"socket", [] { return errno_of(ops::socket(AF_INET, SOCK_STREAM)); }, net},
        {"connect", [] { return errno_of(ops::connect(-1, &where, 0)); }, net},
        {"accept", [] { return errno_of(ops::accept(-1)); }, net},
        {"shutdown", [] { return errno_of(ops::shutdown(-1, SHUT_WR)); }, net},
        {"recv", [] { return errno_of(ops::recv(-1, buffer)); }, net},
        {"send", [] { return errno_of(ops::send(-1, buffer)); }, net},
        {"send_zc", [] { return errno_of(ops::send_zc(-1, buffer)); }, net},
        {"recvmsg", [] { return errno_of(ops::recvmsg(-1, message)); }, net},
        {"sendmsg", [] { return errno_of(ops::sendmsg(-1, message)); }, net},
        {"recv_batch", [] { return errno_of(ops::recv_batch(-1, parts)); }, net},
        {"poll", [] { return errno_of(ops::poll(-1, POLLIN)); }, {EBADF, EPERM, ENOMEM}},
        {"nop", [] { return errno_of(ops::nop()); }, {EINVAL}},
    };
}

task<int> ask_each(const std::vector<thing>& everything) {
    int wrong = 0;
    for (const auto& each : everything) {
        for (const int error : each.errors) {
            const one_fault fault(0, -error);
            auto attempt = each.attempt();
            const int got = co_await std::move(attempt);
            if (got == error) continue;
            ++wrong;
            ADD_FAILURE() << each.name << " gave " << got << " for " << error;
        }
    }
    co_return wrong;
}

TEST(P13, every_operation_gives_every_error_as_it_is) {
    const auto everything = all_operations();
    EXPECT_EQ(run({.shards = 1}, [&] { return ask_each(everything); }), 0);
}

task<int> interrupted(int file) {
    const one_fault signal(0, -EINTR);
    std::array<std::byte, 8> into{};
    auto answer = co_await ops::read(file, into, 0);
    co_return answer ? static_cast<int>(*answer) : -answer.error().value();
}

TEST(P13, an_interrupted_operation_is_asked_for_again) {
    const file_descriptor file(::memfd_create("test", MFD_CLOEXEC));
    ASSERT_EQ(::write(file.get(), "abc", 3), 3);
    EXPECT_EQ(run({.shards = 1}, [&] { return interrupted(file.get()); }), 3);
}

/// Every third request gets an error that streams get over, or comes short.
class rough_weather final : public plan {
public:
    explicit rough_weather(std::uint64_t seed) : random_(seed) {}
    std::optional<std::int32_t> judge(io_uring_sqe& entry) noexcept override {
        const auto roll = random_() % 12;
        if (entry.opcode == IORING_OP_RECV && roll < 2) return -ENOBUFS;
        if (roll < 4) return -EINTR;
        // Not the chosen buffers, whose length is the kernel's.
        if (roll < 8 && (entry.flags & IOSQE_BUFFER_SELECT) == 0 &&
            (entry.opcode == IORING_OP_SEND || entry.opcode == IORING_OP_RECV))
            entry.len = std::max<std::uint32_t>(1, entry.len / 3);
        ++judged_;
        return std::nullopt;
    }

private:
    std::mt19937_64 random_;
    std::atomic<int> judged_{0};
};

std::byte pattern(std::size_t position) { return static_cast<std::byte>(position * 131 >> 3); }

task<void> send_pattern(int socket, std::size_t bytes) {
    std::array<std::byte, 1000> buffer{};
    for (std::size_t sent = 0; sent < bytes;) {
        const std::size_t now = std::min(buffer.size(), bytes - sent);
        for (std::size_t i = 0; i < now; ++i) buffer[i] = pattern(sent + i);
        auto answer = co_await ops::send(socket, std::span(buffer).first(now));
        if (!answer) co_return;
        sent += *answer;
    }
    (void)co_await ops::shutdown(socket, SHUT_WR);
}

task<std::int64_t> receive_pattern(int socket) {
    ops::receive_stream incoming(socket);
    std::int64_t count = 0;
    for (;;) {
        auto piece = co_await incoming.next();
        if (!piece) co_return -piece.error().value();
        if (piece->empty()) co_return count;
        for (const std::byte each : piece->bytes())
            if (each != pattern(static_cast<std::size_t>(count++))) co_return -100'000;
    }
}

task<std::int64_t> through_rough_weather(std::uint64_t seed) {
    const rough_weather weather(seed);
    const connected_sockets pair;
    auto receiver = spawn(receive_pattern(pair.ours.get()), pinned{0});
    auto sending = send_pattern(pair.theirs.get(), 30'000);
    co_await std::move(sending);
    co_return co_await std::move(receiver);
}

TEST(P13, streams_get_over_interruptions_want_of_buffers_and_short_transfers) {
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        EXPECT_EQ(run({.shards = 1, .receive_buffers = 4, .receive_buffer_bytes = 256},
                      [=] { return through_rough_weather(seed); }),
                  30'000)
            << seed;
}

task<int> error_of_a_stream(std::int32_t result) {
    const one_fault fault(0, result);
    const connected_sockets pair;
    ops::receive_stream incoming(pair.ours.get());
    auto piece = co_await incoming.next();
    if (piece) co_return 0;
    // The next call tries again, and finds the socket as it is.
    if (::write(pair.theirs.get(), "abc", 3) != 3) co_return -1;
    auto again = co_await incoming.next();
    if (!again || again->size() != 3) co_return -2;
    co_return piece.error().value();
}

TEST(P13, an_error_ends_one_wait_of_a_stream_and_the_next_one_tries_again) {
    for (const int error : {ECONNRESET, EIO, ENOMEM, ENOTCONN})
        EXPECT_EQ(run({.shards = 1}, [=] { return error_of_a_stream(-error); }), error);
}

} // namespace
} // namespace spargio
