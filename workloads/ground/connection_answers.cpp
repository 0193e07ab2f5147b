#include "workloads/ground/connection_answers.hpp"

#include <new>

namespace bench {

connection_answers::connection_answers(answering manner, std::size_t frame_bytes)
    : manner_(manner), frame_bytes_(frame_bytes) {
    if (manner != answering::http) return;
    conversation_.reset(bench_http_begin());
    if (!conversation_) throw std::bad_alloc();
}

connection_answers::taken connection_answers::take(std::span<std::byte> came) noexcept {
    switch (manner_) {
    case answering::echo:
        return {.answers = came, .count = came.size(), .goes_on = true};
    case answering::frames: {
        const std::size_t whole = answer_frames(came, frame_bytes_);
        return {.answers = came.first(whole), .count = whole, .goes_on = true};
    }
    case answering::http:
        break;
    }
    const auto made =
        bench_http_take(conversation_.get(), reinterpret_cast<const char*>(came.data()), came.size());
    return {.answers = std::as_bytes(std::span(made.bytes, made.count)),
            .count = came.size(),
            .goes_on = made.goes_on != 0};
}

} // namespace bench
