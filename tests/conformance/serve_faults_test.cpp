// W7, W60: what one client of a server does is no affair of the others. The test is the load generator here: it
// has clients that reset, half-close, stall and send rubbish, and asks rightly beside them.
#include "tests/conformance/cases.hpp"
#include "tests/conformance/played_session.hpp"

#include "workloads/cases/serve.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using namespace bench;
using namespace conformance;

std::vector<std::uint64_t> frame_of(std::size_t words, std::uint64_t value) {
    std::vector<std::uint64_t> frame(words);
    for (std::size_t i = 0; i < words; ++i) frame[i] = value + i;
    frame[1] = 3; // steps
    frame[2] = 2; // branches
    return frame;
}

/// None where the connection ended before.
std::vector<std::uint64_t> words_from(const raw_client& client, std::size_t words) {
    std::vector<std::uint64_t> came(words);
    return client.receive(std::as_writable_bytes(std::span(came))) ? came : std::vector<std::uint64_t>();
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
        const raw_client asks(port);
        for (const std::uint64_t value : {11u, 12u}) {
            const auto frame = frame_of(words, value);
            asks.send(frame.data(), words * sizeof(std::uint64_t));
            EXPECT_EQ(words_from(asks, words), answer_to(frame));
        }
    }

    /// Requests that differ in steps and branches, and ask for none, in one piece.
    static void expect_right_answers_to_many(std::uint64_t port, std::size_t words) {
        const raw_client asks(port);
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
            EXPECT_EQ(words_from(asks, answers.size()), answers);
        }
    }
};

TEST_P(every_server, W7_W60_serves_on_whatever_some_of_its_clients_do) {
    played_session session(GetParam());
    if (session.refusal()) GTEST_SKIP() << *session.refusal();
    const auto& request = session.begin();
    const std::size_t words = request.frame_bytes / sizeof(std::uint64_t);
    const auto frame = frame_of(words, 5);
    {
        const raw_client resets(request.port);
        resets.set_reset();
        resets.send(frame.data(), request.frame_bytes / 2);
    }
    { const raw_client leaves(request.port); }
    {
        const raw_client half_closes(request.port);
        half_closes.send(frame.data(), request.frame_bytes);
        half_closes.end_sending();
        EXPECT_EQ(words_from(half_closes, words), answer_to(frame));
        EXPECT_TRUE(half_closes.is_at_end());
    }
    const raw_client stalls(request.port);
    stalls.send(frame.data(), request.frame_bytes / 2 + 3);
    // Requests without steps, so that no server computes for hours; and nobody reads what they are answered.
    const raw_client floods(request.port);
    std::vector<std::uint64_t> rubbish(64 * 1024 / sizeof(std::uint64_t), 0);
    for (int i = 0; i < 64; ++i) floods.send(rubbish.data(), rubbish.size() * sizeof(std::uint64_t) - 5);
    expect_right_answer(request.port, words);
    expect_right_answers_to_many(request.port, words);

    const auto said = session.end({.requests = 42, .checksum = 43, .bytes = 44, .error = 0, .latencies = 0});
    EXPECT_EQ(said.operations, 42u);
    EXPECT_EQ(said.checksum, 43u);
    EXPECT_EQ(said.bytes, 44u);
    session.close(); // two clients are there still
}

bool serves_frames(const workload& asked) {
    return asked.peer == peer_kind::load_generator && asked.name != "serve/http";
}

/// The plain knobs, and the other forms of each server.
std::vector<combination> serving_combinations() {
    auto all = all_combinations();
    std::erase_if(all, [](const combination& each) { return !serves_frames(*each.asked); });
    return all;
}

INSTANTIATE_TEST_SUITE_P(conformance, every_server, testing::ValuesIn(serving_combinations()),
                         [](const auto& info) { return name_of(info.param); });

} // namespace
