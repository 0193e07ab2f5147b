// W62: a request and the answer to it, as the load generator has them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bench {

/// What a browser sends for a page that it has been at: the number of the path stands in the middle.
inline constexpr std::string_view http_request_begin = "GET /";
inline constexpr std::string_view http_request_end =
    " HTTP/1.1\r\n"
    "Host: 127.0.0.1:8080\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=4f0c2b7a91d84e53; theme=dark\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: none\r\n"
    "Sec-Fetch-User: ?1\r\n"
    "\r\n";
/// Then a body of 13 bytes.
inline constexpr std::string_view http_answer_head = "HTTP/1.1 200 OK\r\n"
                                                     "Content-Type: text/plain\r\n"
                                                     "Content-Length: 13\r\n"
                                                     "\r\n";
inline constexpr std::size_t http_number_digits = 16; ///< of base 16, in a path
inline constexpr std::size_t http_body_bytes = 13;    ///< the digits of the same number in base 32

/// All requests are of one size, and all answers.
inline constexpr std::size_t http_request_bytes =
    http_request_begin.size() + http_number_digits + http_request_end.size();
inline constexpr std::size_t http_answer_bytes = http_answer_head.size() + http_body_bytes;

/// `into` has http_request_bytes.
void write_http_request(std::span<std::byte> into, std::uint64_t number) noexcept;

[[nodiscard]] std::array<std::byte, http_answer_bytes> http_answer_to(std::uint64_t number) noexcept;

} // namespace bench
