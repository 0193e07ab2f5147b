// W62: each backend's HTTP is held against what clients do, against wrk(1), and against clients that do what no
// client should.
#include "tests/conformance/cases.hpp"
#include "tests/conformance/played_session.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace bench;
using namespace conformance;

constexpr std::string_view plain = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view hello =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";

class every_http_server : public testing::TestWithParam<combination> {
protected:
    void SetUp() override { ::signal(SIGPIPE, SIG_IGN); } // as in a cell

    static void send(const raw_client& from, std::string_view bytes) { from.send(bytes.data(), bytes.size()); }
    /// As many bytes as that has; fewer where the connection ended before.
    static std::string receive_as_many_as(const raw_client& on, std::string_view wanted) {
        std::string came(wanted.size(), ' ');
        return on.receive(std::as_writable_bytes(std::span(came))) ? came : "the end";
    }
    static void expect_service(std::uint64_t port) {
        const raw_client asks(port);
        std::vector<std::byte> request(http_request_bytes);
        for (const std::uint64_t number : {3ULL, 0xfedcba9876543210ULL}) {
            write_http_request(request, number);
            asks.send(request.data(), request.size());
            std::array<std::byte, http_answer_bytes> came{};
            EXPECT_TRUE(asks.receive(came));
            EXPECT_EQ(came, http_answer_to(number));
        }
    }
    void finish(played_session& session) {
        session.end({.requests = 42, .checksum = 43, .bytes = 44, .error = 0, .latencies = 0});
        session.close();
    }
};

TEST_P(every_http_server, W7_W62_serves_on_whatever_some_of_its_clients_do) {
    played_session session(GetParam());
    if (session.refusal()) GTEST_SKIP() << *session.refusal();
    const std::uint64_t port = session.begin().port;
    {
        const raw_client resets(port);
        resets.set_reset();
        send(resets, plain.substr(0, 10));
    }
    { const raw_client leaves(port); }
    {
        const raw_client half_closes(port);
        send(half_closes, plain);
        half_closes.end_sending();
        EXPECT_EQ(receive_as_many_as(half_closes, hello), hello);
        EXPECT_TRUE(half_closes.is_at_end());
    }
    {
        const raw_client says_farewell(port);
        send(says_farewell, "GET / HTTP/1.0\r\n\r\n");
        constexpr std::string_view head = "HTTP/1.1 200 OK\r\n";
        EXPECT_EQ(receive_as_many_as(says_farewell, head), head);
        std::array<std::byte, http_answer_bytes + sizeof "Connection: close\r\n" - 1 - head.size()> rest;
        EXPECT_TRUE(says_farewell.receive(rest));
        EXPECT_TRUE(says_farewell.is_at_end());
    }
    {
        const raw_client is_no_http(port);
        send(is_no_http, "\x16\x03\x01");
        constexpr std::string_view refused = "HTTP/1.1 400 Bad Request\r\n";
        EXPECT_EQ(receive_as_many_as(is_no_http, refused), refused);
    }
    {
        const raw_client sends_rubbish_behind(port);
        send(sends_rubbish_behind, std::string(plain) + "rubbish\r\n" + std::string(plain));
        EXPECT_EQ(receive_as_many_as(sends_rubbish_behind, hello), hello);
    }
    const raw_client stalls(port);
    send(stalls, plain.substr(0, 17));
    // Nobody reads what these requests are answered.
    const raw_client floods(port);
    std::string many;
    while (many.size() < 64 * 1024) many += plain;
    for (int i = 0; i < 64; ++i) send(floods, std::string_view(many).substr(0, many.size() - (i == 63)));
    expect_service(port);
    finish(session);
}

TEST_P(every_http_server, W62_requests_in_any_pieces_are_answered_in_order) {
    played_session session(GetParam());
    if (session.refusal()) GTEST_SKIP() << *session.refusal();
    const raw_client asks(session.begin().port);
    std::string requests, answers;
    for (std::uint64_t number = 0; number < 100; ++number) {
        std::array<std::byte, http_request_bytes> request{};
        write_http_request(request, number);
        requests.append(reinterpret_cast<const char*>(request.data()), request.size());
        const auto answer = http_answer_to(number);
        answers.append(reinterpret_cast<const char*>(answer.data()), answer.size());
    }
    for (const std::size_t piece : {requests.size(), http_request_bytes / 3, http_request_bytes + 1}) {
        for (std::size_t at = 0; at < requests.size(); at += piece)
            send(asks, std::string_view(requests).substr(at, piece));
        EXPECT_EQ(receive_as_many_as(asks, answers), answers) << piece;
    }
    finish(session);
}

struct at_end {
    void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

// What people measure servers with. The requests a second that it saw stand in the test's record.
class under_wrk : public every_http_server {};

TEST_P(under_wrk, W62_wrk_has_every_request_answered) {
    played_session session(GetParam());
    if (session.refusal()) GTEST_SKIP() << *session.refusal();
    const auto command =
        "wrk -t1 -c16 -d1s http://127.0.0.1:" + std::to_string(session.begin().port) + "/ 2>&1";
    std::string said;
    {
        const std::unique_ptr<std::FILE, at_end> wrk(::popen(command.c_str(), "re"));
        ASSERT_TRUE(wrk);
        std::array<char, 4096> some{};
        while (const std::size_t count = std::fread(some.data(), 1, some.size(), wrk.get()))
            said.append(some.data(), count);
    }
    if (said.find("not found") != std::string::npos)
        GTEST_SKIP() << "wrk is not installed: apt-get install wrk";
    const auto at = said.find("Requests/sec:");
    ASSERT_NE(at, std::string::npos) << said;
    EXPECT_GT(std::stod(said.substr(at + sizeof "Requests/sec:")), 0) << said;
    EXPECT_EQ(said.find("Socket errors"), std::string::npos) << said;
    EXPECT_EQ(said.find("Non-2xx"), std::string::npos) << said;
    RecordProperty("requests_per_second", said.substr(at + sizeof "Requests/sec:", 16));
    finish(session);
}

std::vector<combination> talking(std::vector<combination> all) {
    std::erase_if(all, [](const combination& each) { return each.asked->name != "serve/http"; });
    return all;
}

INSTANTIATE_TEST_SUITE_P(conformance, every_http_server, testing::ValuesIn(talking(all_combinations())),
                         [](const auto& info) { return name_of(info.param); });
INSTANTIATE_TEST_SUITE_P(conformance, under_wrk, testing::ValuesIn(talking(plain_combinations())),
                         [](const auto& info) { return name_of(info.param); });

} // namespace
