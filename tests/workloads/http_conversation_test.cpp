// W62: what people's clients send is answered rightly however it is cut, and what is not HTTP ends the
// connection.
#include "workloads/http/conversation.h"
#include "workloads/http/exchange.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {
namespace {

constexpr std::string_view hello =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";
constexpr std::string_view farewell = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n"
                                      "Connection: close\r\n\r\nHello, world!";
constexpr std::string_view not_allowed =
    "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view refused =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::string_view plain = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

class conversation {
public:
    struct said {
        std::string answers;
        bool goes_on;
        bool operator==(const said&) const = default;
    };
    said take(std::string_view bytes) {
        const auto made = bench_http_take(it_.get(), bytes.data(), bytes.size());
        return {.answers = std::string(made.bytes, made.count), .goes_on = made.goes_on != 0};
    }

private:
    struct at_end {
        void operator()(bench_http_conversation* of) const { bench_http_end(of); }
    };
    std::unique_ptr<bench_http_conversation, at_end> it_{bench_http_begin()};
};

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::string request_of(std::uint64_t number) {
    std::vector<std::byte> request(http_request_bytes);
    write_http_request(request, number);
    return text_of(request);
}

conversation::said answer_to(std::string_view bytes) { return conversation().take(bytes); }
conversation::said goes_on_after(std::string_view answers) { return {std::string(answers), true}; }
conversation::said ends_after(std::string_view answers) { return {std::string(answers), false}; }

TEST(http_conversation, W62_the_load_generators_request_gets_its_number_back) {
    for (const std::uint64_t number : {0ULL, 1ULL, 31ULL, 32ULL, 0xfedcba9876543210ULL, ~0ULL})
        EXPECT_EQ(answer_to(request_of(number)), goes_on_after(text_of(http_answer_to(number))));
    EXPECT_EQ(text_of(http_answer_to(0x20)).substr(http_answer_head.size()), "0000000000010");
}

TEST(http_conversation, W62_a_path_that_is_no_number_is_greeted) {
    for (const auto* path :
         {"/", "/0123456789abcde", "/0123456789abcdef0", "/0123456789abcdeg", "/0123456789ABCDEF", "*",
          "http://localhost/0123456789abcdef", "/%30123456789abcdef", "/?a=b#c"})
        EXPECT_EQ(answer_to("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"), goes_on_after(hello))
            << path;
}

TEST(http_conversation, W62_a_request_may_come_in_any_pieces) {
    const auto both = request_of(7) + request_of(8);
    const auto right = text_of(http_answer_to(7)) + text_of(http_answer_to(8));
    for (std::size_t piece = 1; piece <= both.size(); ++piece) {
        conversation with;
        std::string answers;
        for (std::size_t at = 0; at < both.size(); at += piece) {
            const auto said = with.take(std::string_view(both).substr(at, piece));
            EXPECT_TRUE(said.goes_on);
            answers += said.answers;
        }
        EXPECT_EQ(answers, right) << piece;
    }
}

TEST(http_conversation, W62_requests_in_one_piece_are_answered_in_order) {
    std::string many, right;
    for (std::uint64_t number = 0; number < 1000; ++number) {
        many += request_of(number);
        right += text_of(http_answer_to(number));
    }
    conversation with;
    EXPECT_EQ(with.take(many + "GET / HTT"), goes_on_after(right));
    EXPECT_EQ(with.take("P/1.1\r\n\r\n"), goes_on_after(hello));
}

TEST(http_conversation, W62_a_read_that_brings_nothing_whole_is_answered_by_nothing) {
    conversation with;
    EXPECT_EQ(with.take(""), goes_on_after(""));
    EXPECT_EQ(with.take("GET"), goes_on_after(""));
    EXPECT_EQ(with.take(" / HTTP/1.1\r\n\r\n"), goes_on_after(hello));
}

TEST(http_conversation, W62_empty_lines_before_a_request_are_passed_over) {
    EXPECT_EQ(answer_to("\r\n\r\n" + std::string(plain) + "\r\n" + std::string(plain)),
              goes_on_after(std::string(hello) + std::string(hello)));
}

TEST(http_conversation, W62_a_client_may_ask_for_the_end) {
    for (const auto* request :
         {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nconnection:\tClose\r\n\r\n",
          "GET / HTTP/1.1\r\nConnection: keep-alive, close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"})
        EXPECT_EQ(answer_to(request + std::string(plain)), ends_after(farewell)) << request;
    EXPECT_EQ(answer_to("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), goes_on_after(hello));
}

TEST(http_conversation, W62_content_is_passed_over_and_the_next_request_is_answered) {
    const auto both = std::string(not_allowed) + std::string(hello);
    EXPECT_EQ(
        answer_to("POST / HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n" + std::string(plain)),
        goes_on_after(both));
    EXPECT_EQ(answer_to("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n" +
                        std::string(plain)),
              goes_on_after(both));
    EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), goes_on_after(hello));
    EXPECT_EQ(answer_to("HEAD / HTTP/1.1\r\n\r\n"), goes_on_after(not_allowed));
}

// What `curl --http2` and a browser's WebSocket begin with: the answer may stay in HTTP/1.1.
TEST(http_conversation, W62_another_protocol_is_not_taken_up) {
    EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: "
                        "h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n" +
                        std::string(plain)),
              goes_on_after(std::string(hello) + std::string(hello)));
    EXPECT_EQ(answer_to("CONNECT localhost:1 HTTP/1.1\r\n\r\nrubbish"), ends_after(refused));
    EXPECT_EQ(answer_to("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ends_after(refused));
}

TEST(http_conversation, W62_what_is_not_http_is_refused_and_ends) {
    for (const std::string_view bytes :
         {std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), std::string_view("\0\0\0\0", 4),
          std::string_view("GET / HTTP/1.1\nHost a\n\n"), std::string_view("*1\r\n$4\r\nPING\r\n"),
          std::string_view("GET  HTTP/1.1\r\n\r\n"), std::string_view("get / HTTP/1.1\r\n\r\n")}) {
        conversation with;
        EXPECT_EQ(with.take(bytes), ends_after(refused)) << bytes;
        EXPECT_EQ(with.take(plain), ends_after("")) << "after an end nothing is taken";
    }
}

TEST(http_conversation, W62_what_came_before_rubbish_is_answered) {
    EXPECT_EQ(answer_to(std::string(plain) + "rubbish\r\n"),
              ends_after(std::string(hello) + std::string(refused)));
}

// Two lengths are how requests are smuggled past a proxy (RFC 9112, 6.3).
TEST(http_conversation, W62_a_request_of_two_lengths_is_refused) {
    for (const auto* fields :
         {"Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n"})
        EXPECT_EQ(answer_to("GET / HTTP/1.1\r\n" + std::string(fields) + "\r\nabc").goes_on, false) << fields;
}

TEST(http_conversation, W62_a_head_without_end_is_refused_at_its_bound) {
    conversation with;
    with.take("GET / HTTP/1.1\r\n");
    const std::string line = "X-Padding: " + std::string(1000, 'x') + "\r\n";
    std::size_t lines = 0;
    while (with.take(line).goes_on) ASSERT_LT(++lines, 100u);
    EXPECT_GE(lines, 70u);
}

} // namespace
} // namespace bench
