#include "workloads/http/exchange.hpp"

#include <cstring>

namespace bench {
namespace {

/// The `count` last digits of `number` in the base 2 to the `bits`.
void write_digits(std::byte* into, std::size_t count, std::uint64_t number, unsigned bits) noexcept {
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    for (std::size_t i = count; i-- > 0; number >>= bits)
        into[i] = static_cast<std::byte>(digits[number & ((1U << bits) - 1)]);
}

} // namespace

void write_http_request(std::span<std::byte> into, std::uint64_t number) noexcept {
    std::byte* at = into.data();
    std::memcpy(at, http_request_begin.data(), http_request_begin.size());
    at += http_request_begin.size();
    write_digits(at, http_number_digits, number, 4);
    at += http_number_digits;
    std::memcpy(at, http_request_end.data(), http_request_end.size());
}

std::array<std::byte, http_answer_bytes> http_answer_to(std::uint64_t number) noexcept {
    std::array<std::byte, http_answer_bytes> answer{};
    std::memcpy(answer.data(), http_answer_head.data(), http_answer_head.size());
    write_digits(answer.data() + http_answer_head.size(), http_body_bytes, number, 5);
    return answer;
}

} // namespace bench
