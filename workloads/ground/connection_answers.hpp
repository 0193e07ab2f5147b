// W60 to W64: what a server that computes where it reads makes of what came on a connection.
#pragma once

#include "workloads/cases/serve.hpp"
#include "workloads/http/conversation.h"

#include <cstddef>
#include <memory>
#include <span>

namespace bench {

/// How a connection is answered.
enum class answering {
    echo,   ///< what came goes back, whatever it is
    frames, ///< each whole frame by serve_value(), branch after branch
    http    ///< each whole request by workloads/http/conversation.h
};

[[nodiscard]] constexpr answering answering_of(const served_echo&) noexcept { return answering::echo; }
[[nodiscard]] constexpr answering answering_of(const serve_shape&) noexcept { return answering::frames; }
[[nodiscard]] constexpr answering answering_of(const served_http&) noexcept { return answering::http; }

/// Of one connection; one thread at a time.
class connection_answers {
public:
    /// Throws std::bad_alloc.
    connection_answers(answering manner, std::size_t frame_bytes);

    /// What taking some bytes leads to.
    struct taken {
        std::span<const std::byte> answers; ///< in the bytes themselves, or valid until the next take()
        std::size_t count;                  ///< of the bytes; the others are the beginning of a frame
        bool goes_on;                       ///< false: the connection is closed after the answers
    };
    /// `came` begins where a frame does, and may be changed.
    [[nodiscard]] taken take(std::span<std::byte> came) noexcept;

private:
    struct at_end {
        void operator()(bench_http_conversation* conversation) const noexcept { bench_http_end(conversation); }
    };

    answering manner_;
    std::size_t frame_bytes_;
    std::unique_ptr<bench_http_conversation, at_end> conversation_; ///< null but for http
};

} // namespace bench
