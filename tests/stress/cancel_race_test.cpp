// P5, P6, P7 under load: every kind of operation that waits, cancelled or timed out at a random moment while
// what it waits for may come at that very moment. Whatever was given is taken by somebody exactly once, or
// still there.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace stress {
namespace {

using namespace spargio;
using namespace std::chrono_literals;

/// One kind of operation and what makes it succeed.
class contest {
public:
    virtual ~contest() = default;
    /// Waits once: true when it got one unit (a byte, a connection), false when it was cut short. Anything else
    /// counts in `wrong`. On shard 0.
    virtual task<bool> attempt(std::chrono::nanoseconds limit) = 0;
    /// Gives one unit, on shard 1.
    virtual void give() = 0;
    /// Units that nobody has taken, when all is quiet.
    virtual std::uint64_t left() = 0;

    std::atomic<std::uint64_t> wrong{0};

protected:
    /// With a limit where there is one; 0: none.
    template <class Operation>
    auto judged(Operation operation, std::chrono::nanoseconds limit) -> task<bool> {
        if (limit == 0ns) {
            auto answer = co_await std::move(operation);
            co_return judge(answer);
        }
        auto timed = timeout(limit, std::move(operation));
        auto answer = co_await std::move(timed);
        co_return judge(answer);
    }

private:
    template <class Answer>
    bool judge(const Answer& answer) {
        if (answer) return true;
        if (answer.error() != errc::canceled && answer.error() != errc::timed_out)
            wrong.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
};

std::uint64_t drain(int file) {
    std::array<char, 4096> into{};
    std::uint64_t count = 0;
    ::fcntl(file, F_SETFL, ::fcntl(file, F_GETFL) | O_NONBLOCK);
    for (ssize_t n = 0; (n = ::read(file, into.data(), into.size())) > 0;)
        count += static_cast<std::uint64_t>(n);
    return count;
}

class byte_contest : public contest {
public:
    explicit byte_contest(bool socket) {
        std::array<int, 2> ends{};
        const int made = socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data())
                                : ::pipe2(ends.data(), O_CLOEXEC);
        if (made != 0) throw std::runtime_error("no pair of descriptors");
        out = file_descriptor(ends[0]);
        in = file_descriptor(ends[1]);
    }
    void give() override {
        if (::write(in.get(), "x", 1) != 1) wrong.fetch_add(1, std::memory_order_relaxed);
    }
    std::uint64_t left() override { return drain(out.get()); }

    file_descriptor out;
    file_descriptor in;
    std::array<std::byte, 1> buffer{};
};

class reading final : public byte_contest {
public:
    reading() : byte_contest(false) {}
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        return judged(ops::read(out.get(), buffer), limit);
    }
};

class receiving final : public byte_contest {
public:
    receiving() : byte_contest(true) {}
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        return judged(ops::recv(out.get(), buffer), limit);
    }
};

class receiving_parts final : public byte_contest {
public:
    receiving_parts() : byte_contest(true) {}
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        parts_[0] = {buffer.data(), buffer.size()};
        return judged(ops::recv_batch(out.get(), parts_), limit);
    }

private:
    std::array<iovec, 1> parts_{};
};

/// Ready is not taken: whoever is told takes the byte, at once.
class polling final : public byte_contest {
public:
    polling() : byte_contest(true) {}
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        auto ready = judged(ops::poll(out.get(), POLLIN), limit);
        if (!co_await std::move(ready)) co_return false;
        if (::recv(out.get(), buffer.data(), 1, MSG_DONTWAIT) != 1) wrong.fetch_add(1);
        co_return true;
    }
};

/// One stream for all rounds: only the wait for its next piece is cut short.
class streaming final : public byte_contest {
public:
    streaming() : byte_contest(true) {}
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        if (credit_ != 0) {
            --credit_;
            co_return true;
        }
        if (!stream_) stream_ = std::make_unique<ops::receive_stream>(out.get());
        auto next = taken(limit);
        const auto bytes = co_await std::move(next);
        if (bytes == 0) co_return false;
        credit_ = bytes - 1;
        co_return true;
    }
    task<void> end() {
        stream_.reset();
        co_return;
    }
    std::uint64_t left() override { return drain(out.get()) + credit_; }

private:
    task<std::uint64_t> taken(std::chrono::nanoseconds limit) {
        if (limit == 0ns) {
            auto piece = co_await stream_->next();
            co_return piece ? piece->size() : 0;
        }
        auto piece = co_await timeout(limit, stream_->next());
        co_return piece ? piece->size() : 0;
    }
    std::unique_ptr<ops::receive_stream> stream_;
    std::uint64_t credit_ = 0;
};

class accepting final : public contest {
public:
    accepting() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        where_.sin_family = AF_INET;
        where_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t bytes = sizeof where_;
        if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&where_), bytes) != 0 ||
            ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&where_), &bytes) != 0 ||
            // Those that nobody took stay; beyond the backlog a connection would wait for seconds (SYNs sent
            // again).
            ::listen(listener_.get(), 4096) != 0)
            throw std::runtime_error("no listener");
    }
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        return judged(ops::accept(listener_.get()), limit);
    }
    void give() override {
        const file_descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const linger at_once{1, 0}; // no TIME_WAIT: the ports would run out
        ::setsockopt(made.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&where_), sizeof where_) != 0)
            wrong.fetch_add(1);
        // The other side takes it even when it is gone by then.
    }
    std::uint64_t left() override {
        std::uint64_t count = 0;
        for (int next = 0; (next = ::accept(listener_.get(), nullptr, nullptr)) >= 0; ++count) ::close(next);
        return count;
    }

private:
    file_descriptor listener_;
    sockaddr_in where_{};
};

/// Nobody has to give anything; what it opens must not be lost.
class opening final : public contest {
public:
    task<bool> attempt(std::chrono::nanoseconds limit) override {
        auto opened = judged(ops::openat(AT_FDCWD, "/dev/null", O_RDONLY), limit);
        co_return co_await std::move(opened);
    }
    void give() override {}
    std::uint64_t left() override { return 0; }
};

int open_descriptors() {
    int count = 0;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
}

struct tally {
    std::uint64_t given = 0;
    std::uint64_t taken = 0;
    std::uint64_t cut_short = 0;
};

/// On shard 1: starts an attempt on shard 0, and gives and cancels at random moments.
task<tally> referee(contest& round, std::uint64_t rounds_to_play, std::uint64_t seed) {
    dice random(seed);
    tally all;
    for (std::uint64_t i = 0; i < rounds_to_play; ++i) {
        const bool by_time = random.roll(3) == 0;
        const bool gives = random.roll(2) == 0;
        const bool cancels = !by_time && (!gives || random.roll(2) == 0);
        const std::chrono::nanoseconds limit(by_time ? 1 + random.roll(20'000) : 0);
        auto racing = spawn(round.attempt(limit), pinned{0});
        work(random.roll(4) == 0 ? random.roll(6000) : random.roll(300));
        if (gives) {
            round.give();
            ++all.given;
        }
        if (random.roll(2) == 0) work(random.roll(600));
        if (cancels) racing.cancel();
        const bool took = co_await std::move(racing);
        ++(took ? all.taken : all.cut_short);
    }
    co_return all;
}

/// With each of two ways to sleep: 100,000 of each kind.
constexpr std::uint64_t races = 50'000;

template <class Contest>
class P6_races : public testing::Test {};

using kinds = testing::Types<reading, receiving, receiving_parts, polling, streaming, accepting, opening>;
TYPED_TEST_SUITE(P6_races, kinds);

TYPED_TEST(P6_races, what_was_given_is_taken_once_or_is_still_there) {
    const int before = open_descriptors();
    for (const auto spin : {50us, 0us}) {
        TypeParam what;
        tally all;
        {
            auto tested = runtime::start({.shards = 2, .spin = spin});
            ASSERT_TRUE(tested.has_value()) << tested.error().message;
            all = (*tested)->spawn(referee(what, rounds(races), 7), pinned{1}).get();
            if constexpr (std::same_as<TypeParam, streaming>) {
                // What came and was not asked for any more is part of what is left.
                auto rest = (*tested)->spawn(what.attempt(1ms), pinned{0}).get();
                while (rest) {
                    ++all.taken;
                    rest = (*tested)->spawn(what.attempt(1ms), pinned{0}).get();
                }
                (*tested)->spawn(what.end(), pinned{0}).get();
            }
            const auto total = (*tested)->handle().stats().total();
            EXPECT_EQ(total.operations_submitted, total.operations_completed + total.operations_pending);
        }
        EXPECT_EQ(what.wrong.load(), 0u);
        if constexpr (!std::same_as<TypeParam, opening>) {
            EXPECT_EQ(all.given, all.taken + what.left());
        }
        if (rounds(races) >= 1000 && !std::same_as<TypeParam, opening>) {
            EXPECT_GT(all.taken, 0u);
            EXPECT_GT(all.cut_short, 0u);
        }
    }
    EXPECT_EQ(open_descriptors(), before);
}

} // namespace
} // namespace stress
