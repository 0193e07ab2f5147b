// W7, W60: what one client of a server does is no affair of the others. The test is the load generator here: it
// has clients that reset, half-close, stall and send rubbish, and asks rightly beside them.
#include "tests/conformance/cases.hpp"

#include "workloads/cases/serve.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/loopback_listener.hpp"
#include "workloads/peer/peer_address.hpp"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace bench;
using namespace conformance;

/// Seconds for which a right answer is waited for before the test gives up.
constexpr int patience_s = 60;

class client {
public:
    explicit client(std::uint64_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("the server does not listen");
        const timeval patience{.tv_sec = patience_s, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client() { ::close(socket_); }

    /// What the socket takes at once.
    void send(const void* bytes, std::size_t count) const {
        [[maybe_unused]] const ssize_t sent = ::send(socket_, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    [[nodiscard]] std::vector<std::uint64_t> receive(std::size_t words) const {
        std::vector<std::uint64_t> came(words);
        const auto all = std::as_writable_bytes(std::span(came));
        for (std::size_t got = 0; got < all.size();) {
            const ssize_t count = receive_some(all.subspan(got));
            if (count <= 0) return {};
            got += static_cast<std::size_t>(count);
        }
        return came;
    }
    [[nodiscard]] bool is_at_end() const {
        std::byte more{};
        return receive_some({&more, 1}) == 0;
    }
    void end_sending() const { ::shutdown(socket_, SHUT_WR); }
    /// At its end it resets.
    void set_reset() const {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

private:
    /// The kernel's work on a ring of this thread interrupts a call with a time-out, which is not begun again
    /// (signal(7)).
    ssize_t receive_some(std::span<std::byte> into) const {
        ssize_t count = 0;
        do {
            count = ::recv(socket_, into.data(), into.size(), 0);
        } while (count < 0 && errno == EINTR);
        return count;
    }

    int socket_;
};

std::vector<std::uint64_t> frame_of(std::size_t words, std::uint64_t value) {
    std::vector<std::uint64_t> frame(words);
    for (std::size_t i = 0; i < words; ++i) frame[i] = value + i;
    frame[1] = 3; // steps
    frame[2] = 2; // branches
    return frame;
}

class every_server : public testing::TestWithParam<combination> {
protected:
    void SetUp() override { ::signal(SIGPIPE, SIG_IGN); } // as in a cell

    /// What the server makes of that frame.
    static std::vector<std::uint64_t> answer_to(std::vector<std::uint64_t> frame) {
        const auto name = GetParam().asked->name;
        if (name == "serve/echo" || name == "serve/pipelined") return frame;
        frame[0] = serve_value({.value = frame[0], .steps = frame[1], .branches = frame[2]});
        return frame;
    }

    static void expect_right_answer(std::uint64_t port, std::size_t words) {
        const client asks(port);
        for (const std::uint64_t value : {11u, 12u}) {
            const auto frame = frame_of(words, value);
            asks.send(frame.data(), words * sizeof(std::uint64_t));
            EXPECT_EQ(asks.receive(words), answer_to(frame));
        }
    }

    /// Requests that differ in steps and branches, and ask for none, in one piece.
    static void expect_right_answers_to_many(std::uint64_t port, std::size_t words) {
        const client asks(port);
        std::vector<std::uint64_t> requests, answers;
        for (std::uint64_t i = 0; i < 16; ++i) {
            auto frame = frame_of(words, 100 * i);
            frame[1] = i % 3;
            frame[2] = i % 5;
            if (i % 7 == 6) frame[i % 2 + 1] = ~i; // more than anybody may ask for
            requests.insert(requests.end(), frame.begin(), frame.end());
            const auto answer = answer_to(frame);
            answers.insert(answers.end(), answer.begin(), answer.end());
        }
        for (int round = 0; round < 20; ++round) {
            asks.send(requests.data(), requests.size() * sizeof(std::uint64_t));
            EXPECT_EQ(asks.receive(answers.size()), answers);
        }
    }
};

TEST_P(every_server, W7_W60_serves_on_whatever_some_of_its_clients_do) {
    const loopback_listener control;
    set_peer_port(control.port());
    const auto& [runtime, asked, values, knobs] = GetParam();
    auto opened = runtime->open(*asked, values, knobs);
    if (!opened) GTEST_SKIP() << opened.error().reason;
    const int session = ::accept(control.socket(), nullptr, nullptr);
    recorder latencies(2);
    slice_outcome said;
    std::string complaint;
    std::jthread running([&] {
        try {
            said = (*opened)->run({.iterations = 1, .seed = 7}, latencies);
        } catch (const std::exception& error) {
            complaint = error.what();
        }
    });
    // Also when the test ends early: the slice ends before its thread is joined.
    const struct at_end {
        int socket;
        ~at_end() { ::shutdown(socket, SHUT_RDWR); }
    } ending{session};
    serve_request request{};
    ASSERT_EQ(::recv(session, &request, sizeof request, MSG_WAITALL), static_cast<ssize_t>(sizeof request));
    const std::size_t words = request.frame_bytes / sizeof(std::uint64_t);
    const auto frame = frame_of(words, 5);
    {
        const client resets(request.port);
        resets.set_reset();
        resets.send(frame.data(), request.frame_bytes / 2);
    }
    { const client leaves(request.port); }
    {
        const client half_closes(request.port);
        half_closes.send(frame.data(), request.frame_bytes);
        half_closes.end_sending();
        EXPECT_EQ(half_closes.receive(words), answer_to(frame));
        EXPECT_TRUE(half_closes.is_at_end());
    }
    const client stalls(request.port);
    stalls.send(frame.data(), request.frame_bytes / 2 + 3);
    // Requests without steps, so that no server computes for hours; and nobody reads what they are answered.
    const client floods(request.port);
    std::vector<std::uint64_t> rubbish(64 * 1024 / sizeof(std::uint64_t), 0);
    for (int i = 0; i < 64; ++i) floods.send(rubbish.data(), rubbish.size() * sizeof(std::uint64_t) - 5);
    expect_right_answer(request.port, words);
    expect_right_answers_to_many(request.port, words);

    const serve_answer answer{.requests = 42, .checksum = 43, .error = 0, .latencies = 0};
    ASSERT_EQ(::send(session, &answer, sizeof answer, MSG_NOSIGNAL), static_cast<ssize_t>(sizeof answer));
    running.join();
    EXPECT_EQ(complaint, "");
    EXPECT_EQ(said.operations, 42u);
    EXPECT_EQ(said.checksum, 43u);
    opened->reset(); // two clients are there still
    ::close(session);
    set_peer_port(std::nullopt);
}

/// The plain knobs, and the other forms of each server.
std::vector<combination> serving_combinations() {
    auto all = all_combinations();
    std::erase_if(all, [](const combination& each) { return each.asked->peer != peer_kind::load_generator; });
    return all;
}

INSTANTIATE_TEST_SUITE_P(conformance, every_server, testing::ValuesIn(serving_combinations()),
                         [](const auto& info) { return name_of(info.param); });

} // namespace
