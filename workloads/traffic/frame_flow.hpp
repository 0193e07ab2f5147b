// W30–W36: frames that go out on a stream and come back from the echo peer, a window of them at a time.
//
// Frame k of stream i is made of its number, slice seed + (i << 40) + k: word w of it is mix(number) + w. The
// receiver adds up the words of each frame and mixes the sum with k, so the checksum is right only if every
// frame came back whole, once, and in its place. Both are compiled once, here, and the same for every backend;
// only how the bytes are carried is the backend's. Where frames are computed on (W34), that work takes the
// place of the mixing, in the order of the frames, and the window opens when it is done. Where frames send
// messages (W35), these are made of the sum of their words.
#pragma once

#include "workloads/contract/work.hpp"
#include "workloads/traffic/stream_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <sys/uio.h>

namespace bench {

/// Frames are made of whole words.
inline constexpr std::uint64_t word_bytes = sizeof(std::uint64_t);

/// Number of a stream's first frame in a slice.
[[nodiscard]] constexpr std::uint64_t first_number(std::uint64_t seed, std::uint64_t stream) noexcept {
    return seed + (stream << 40);
}

/// Message of that number of a frame.
[[nodiscard]] constexpr std::uint64_t message_of(std::uint64_t sum_of_words, std::uint64_t number) noexcept {
    return mix(sum_of_words + number);
}

/// One stream's frames during a slice: what to write next, and what has come back. A backend asks for what may
/// be written, writes all of it, computes where there is something to, reads whatever comes, and hands that in,
/// until the step is done. One thread at a time.
class frame_flow {
public:
    frame_flow(const stream_shape& shape, std::uint64_t stream);

    /// Before a slice.
    void reset(std::uint64_t seed) noexcept;
    /// So many frames more are to go out and come back.
    void begin_step(std::uint64_t frames) noexcept { end_ = sent_ + frames; }
    /// All have come back and were computed on.
    [[nodiscard]] bool step_done() const noexcept { return done_ == end_; }

    /// Frames that the window lets out now.
    [[nodiscard]] std::uint64_t may_write() const noexcept;
    /// The next write, by the mode: one frame, or all that the window lets out, a part for each; empty when
    /// none may. Valid until these frames have come back, the list until the next call; parts may be changed by
    /// the caller writes them. They count as written.
    [[nodiscard]] std::span<iovec> next_write() noexcept;
    /// Where to read into.
    [[nodiscard]] std::span<std::byte> room() noexcept { return read_buffer_; }
    /// So many bytes were read there. Throws std::runtime_error for none: the peer has gone.
    void take(std::size_t bytes);
    /// Does the work on one frame that is back, after which the next may go out. False where none waits for it.
    bool compute_next() noexcept;
    /// The next messages that frames which are back send at once, to the owner of the step; empty when all were
    /// given. Valid until take().
    [[nodiscard]] std::span<const std::uint64_t> next_batch() noexcept;
    /// Messages of this step that were not given yet.
    [[nodiscard]] std::uint64_t messages_due() const noexcept {
        return (end_ - received_) * shape_.messages + outbox_.size() - given_;
    }

    [[nodiscard]] std::uint64_t checksum() const noexcept { return checksum_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// That have come back in this slice, and were computed on.
    [[nodiscard]] std::uint64_t frames() const noexcept { return done_; }
    /// That have been given out to write.
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

private:
    void fill(std::uint64_t frame) noexcept;
    void add_word(std::uint64_t word) noexcept;
    [[nodiscard]] std::span<std::byte> slot(std::uint64_t frame) noexcept {
        return std::span(write_buffer_).subspan(frame % slots_ * frame_bytes_, frame_bytes_);
    }

    const stream_shape shape_;
    const std::uint64_t frame_bytes_;
    const std::uint64_t window_;
    const std::uint64_t slots_;
    const std::uint64_t stream_;
    std::uint64_t first_ = 0;    // number of this stream's first frame
    std::uint64_t sent_ = 0;     // frames
    std::uint64_t received_ = 0; // whole frames
    std::uint64_t done_ = 0;     // of these, those that nothing is left to do on
    std::uint64_t end_ = 0;      // of the step
    std::uint64_t sum_ = 0;      // of the words of the frame that is coming
    std::uint64_t words_ = 0;    // of it that have come
    std::uint64_t rest_ = 0;     // bytes of a word that is cut
    std::uint64_t checksum_ = 0;
    std::uint64_t bytes_ = 0;
    std::vector<std::byte> write_buffer_; // a slot for each frame that is being written
    std::vector<std::byte> read_buffer_;
    std::vector<std::byte> cut_;
    std::vector<iovec> parts_;
    std::vector<std::uint64_t> outbox_; // messages of the frames that are back
    std::size_t given_ = 0;             // of these
    std::vector<std::uint64_t> sums_;   // of the words of each frame of the window that is to be computed on
};

/// Of frames that are dealt out to streams in turn, those that one stream gets.
[[nodiscard]] constexpr std::uint64_t dealt_to(std::uint64_t stream, std::uint64_t streams,
                                               std::uint64_t frames) noexcept {
    return frames / streams + (stream < frames % streams ? 1 : 0);
}

/// What is right for a slice whose frames are dealt out to the shape's streams in turn, and not computed on.
[[nodiscard]] expectation expect_dealt_frames(const stream_shape& shape, std::uint64_t frames,
                                              std::uint64_t seed) noexcept;

} // namespace bench
