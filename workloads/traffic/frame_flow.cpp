#include "workloads/traffic/frame_flow.hpp"

#include "workloads/contract/work.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

constexpr std::size_t least_room = std::size_t{64} * 1024;

} // namespace

frame_flow::frame_flow(const stream_shape& shape, std::uint64_t stream)
    : shape_(shape), frame_bytes_(shape.frame_bytes), window_(shape.window),
      slots_(shape.slots != 0 ? shape.slots : shape.window), stream_(stream),
      write_buffer_(slots_ * shape.frame_bytes),
      read_buffer_(shape.room_bytes != 0 ? shape.room_bytes
                                         : std::max(least_room, shape.window * shape.frame_bytes)),
      cut_(word_bytes), parts_(slots_), sums_(shape.computes() ? shape.window : 0) {
    // Messages go out with frames that wait for a window.
    if (shape.messages != 0) outbox_.reserve(shape.messages * shape.window);
}

void frame_flow::reset(std::uint64_t seed) noexcept {
    first_ = first_number(seed, stream_);
    sent_ = received_ = done_ = end_ = sum_ = words_ = rest_ = checksum_ = bytes_ = 0;
    outbox_.clear();
    given_ = 0;
}

std::uint64_t frame_flow::may_write() const noexcept {
    return std::min(end_ - sent_, window_ - (sent_ - done_));
}

std::span<iovec> frame_flow::next_write() noexcept {
    const std::uint64_t count =
        shape_.mode == write_mode::vectored ? may_write() : std::min(may_write(), std::uint64_t{1});
    for (std::uint64_t i = 0; i < count; ++i) {
        fill(sent_);
        const auto frame = slot(sent_++);
        parts_[i] = {.iov_base = frame.data(), .iov_len = frame.size()};
    }
    return std::span(parts_).first(count);
}

void frame_flow::fill(std::uint64_t frame) noexcept {
    std::byte* const to = slot(frame).data();
    const std::uint64_t first = mix(first_ + frame);
    for (std::uint64_t word = 0; word < frame_bytes_ / word_bytes; ++word) {
        const std::uint64_t value = first + word;
        std::memcpy(to + word * word_bytes, &value, word_bytes);
    }
}

void frame_flow::take(std::size_t bytes) {
    if (bytes == 0) throw std::runtime_error("the echo peer has closed the connection");
    bytes_ += bytes;
    outbox_.clear();
    given_ = 0;
    const std::byte* from = read_buffer_.data();
    while (rest_ != 0 && bytes != 0) {
        cut_[rest_++] = *from++;
        --bytes;
        if (rest_ < word_bytes) continue;
        std::uint64_t word = 0;
        std::memcpy(&word, cut_.data(), word_bytes);
        add_word(word);
        rest_ = 0;
    }
    while (bytes >= word_bytes) {
        // Whole words up to the end of the frame, in a loop that the compiler makes wide.
        const std::uint64_t count = std::min(bytes / word_bytes, frame_bytes_ / word_bytes - words_);
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i + 1 < count; ++i) {
            std::uint64_t word = 0;
            std::memcpy(&word, from + i * word_bytes, word_bytes);
            sum += word;
        }
        std::uint64_t last = 0;
        std::memcpy(&last, from + (count - 1) * word_bytes, word_bytes);
        sum_ += sum;
        words_ += count - 1;
        add_word(last);
        from += count * word_bytes;
        bytes -= count * word_bytes;
    }
    while (bytes != 0) {
        cut_[rest_++] = *from++;
        --bytes;
    }
}

void frame_flow::add_word(std::uint64_t word) noexcept {
    sum_ += word;
    if (++words_ < frame_bytes_ / word_bytes) return;
    if (shape_.computes()) {
        sums_[received_ % window_] = sum_;
    } else {
        checksum_ += mix(sum_ + received_);
        ++done_;
    }
    for (std::uint64_t i = 0; i < shape_.messages; ++i) outbox_.push_back(message_of(sum_, i));
    sum_ = 0;
    words_ = 0;
    ++received_;
}

std::span<const std::uint64_t> frame_flow::next_batch() noexcept {
    const std::size_t from = given_;
    given_ = std::min(outbox_.size(), from + shape_.batch);
    return std::span(outbox_).subspan(from, given_ - from);
}

bool frame_flow::compute_next() noexcept {
    if (done_ == received_) return false;
    checksum_ += work(sums_[done_ % window_] + done_, shape_.work_steps_of(stream_, done_));
    ++done_;
    return true;
}

expectation expect_dealt_frames(const stream_shape& shape, std::uint64_t frames, std::uint64_t seed) noexcept {
    const std::uint64_t words = shape.frame_bytes / word_bytes;
    expectation right{.operations = frames, .bytes = frames * shape.frame_bytes};
    for (std::uint64_t stream = 0; stream < shape.streams; ++stream)
        for (std::uint64_t frame = 0; frame < dealt_to(stream, shape.streams, frames); ++frame) {
            const std::uint64_t first = mix(first_number(seed, stream) + frame);
            right.checksum += mix(words * first + words * (words - 1) / 2 + frame);
        }
    return right;
}

} // namespace bench
