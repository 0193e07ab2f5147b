#include "workloads/frame_flow.hpp"

#include "workloads/work.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

constexpr std::uint64_t word_bytes = sizeof(std::uint64_t);
constexpr std::size_t least_room = std::size_t{64} * 1024;

constexpr std::uint64_t first_number(std::uint64_t seed, std::uint64_t stream) noexcept {
    return seed + (stream << 40);
}

} // namespace

frame_flow::frame_flow(const stream_shape& shape, std::uint64_t stream)
    : frame_bytes_(shape.frame_bytes), window_(shape.window), stream_(stream), mode_(shape.mode),
      write_buffer_(shape.window * shape.frame_bytes),
      read_buffer_(std::max(least_room, shape.window * shape.frame_bytes)), cut_(word_bytes),
      parts_(shape.window) {}

void frame_flow::reset(std::uint64_t seed) noexcept {
    first_ = first_number(seed, stream_);
    sent_ = received_ = end_ = sum_ = words_ = rest_ = checksum_ = bytes_ = 0;
}

std::uint64_t frame_flow::may_write() const noexcept {
    return std::min(end_ - sent_, window_ - (sent_ - received_));
}

std::span<iovec> frame_flow::next_write() noexcept {
    const std::uint64_t count =
        mode_ == write_mode::vectored ? may_write() : std::min(may_write(), std::uint64_t{1});
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
    checksum_ += mix(sum_ + received_);
    sum_ = 0;
    words_ = 0;
    ++received_;
}

namespace {

expectation every_frame(const workload& what, const parameters& how, const slice_order& order) {
    const auto shape = stream_shape::read(what, how);
    const std::uint64_t words = shape.frame_bytes / word_bytes;
    std::uint64_t sum = 0;
    for (std::uint64_t stream = 0; stream < shape.streams; ++stream) {
        std::uint64_t frames = 0;
        for (std::uint64_t step = 0; step < shape.steps; ++step) frames += shape.frames_of(stream, step);
        for (std::uint64_t frame = 0; frame < frames * order.iterations; ++frame) {
            const std::uint64_t first = mix(first_number(order.seed, stream) + frame);
            sum += mix(words * first + words * (words - 1) / 2 + frame);
        }
    }
    const std::uint64_t frames = order.iterations * shape.frames_per_iteration();
    return {.operations = frames, .checksum = sum, .bytes = frames * shape.frame_bytes, .distinct_threads = 0};
}

/// A workload's expectation knows parameters only, and each of these has parameters of its own.
template <std::size_t Which>
expectation expect_of(const parameters& how, const slice_order& order);

std::vector<workload> make_workloads() {
    const parameter_spec workers{"workers", 2, 1, 1024, "", "threads of the runtime"};
    const auto frames = [](std::string_view name, std::int64_t count, std::string_view help) {
        return parameter_spec{name, count, 1, 1'000'000, "frames", help};
    };
    // What is under way at once must fit into socket buffers of any machine: who writes it does not read
    // meanwhile.
    const parameter_spec window{"window", 32, 1, 32, "frames", "of a stream, under way at most"};
    const parameter_spec write{"write",
                               0,
                               0,
                               1,
                               "",
                               "one call for each frame, or for all that the window lets out",
                               {{"per_frame", 0}, {"vectored", 1}}};
    const parameter_spec streams{"streams", 8, 1, 256, "", "connections"};
    return {
        {.name = "net/echo_rtt",
         .summary = "one frame at a time on one connection to the echo peer and back",
         .operation = "echo",
         .measures_latency = true,
         .needs_peer = true,
         .parameters = {frames("frames", 512, "echoes in one iteration"),
                        {"frame_words", 32, 1, 512, "8 bytes", "size of a frame"},
                        {"workers", 1, 1, 1024, "", "threads of the runtime"}},
         .expect = expect_of<0>},
        {.name = "net/stream_window",
         .summary = "frames on one connection to the echo peer and back, a window of them under way",
         .operation = "frame",
         .needs_peer = true,
         .parameters = {frames("frames", 2048, "in one iteration"),
                        {"frame_words", 512, 1, 512, "8 bytes", "size of a frame"},
                        window,
                        write,
                        {"workers", 1, 1, 1024, "", "threads of the runtime"}},
         .expect = expect_of<1>},
        {.name = "net/imbalanced",
         .summary = "several connections to the echo peer at once, of which one carries most of the frames",
         .operation = "frame",
         .needs_peer = true,
         .parameters = {streams,
                        frames("hot_frames", 2048, "that stream 0 carries in one iteration"),
                        frames("cold_frames", 128, "that each of the others carries"),
                        {"frame_words", 512, 1, 512, "8 bytes", "size of a frame"},
                        window,
                        write,
                        workers},
         .expect = expect_of<2>},
        {.name = "net/hotspot_rotation",
         .summary = "steps, in each of which another one of the connections carries most of the frames",
         .operation = "frame",
         .needs_peer = true,
         .parameters = {streams,
                        {"steps_in_turn", 64, 1, 1'000'000, "", "steps in one iteration"},
                        frames("hot_frames", 32, "that the hot stream moves in a step"),
                        frames("cold_frames", 2, "that each of the others moves"),
                        {"frame_words", 512, 1, 512, "8 bytes", "size of a frame"},
                        window,
                        write,
                        workers},
         .expect = expect_of<3>},
    };
}

const std::vector<workload>& made_workloads() {
    static const auto all = make_workloads();
    return all;
}

template <std::size_t Which>
expectation expect_of(const parameters& how, const slice_order& order) {
    return every_frame(made_workloads()[Which], how, order);
}

} // namespace

stream_shape stream_shape::read(const workload& what, const parameters& how) {
    const auto value = [&](std::string_view name, std::uint64_t otherwise) {
        const bool declared =
            std::ranges::find(what.parameters, name, &parameter_spec::name) != what.parameters.end();
        return declared ? static_cast<std::uint64_t>(how[name]) : otherwise;
    };
    const bool one_stream = what.name == "net/echo_rtt" || what.name == "net/stream_window";
    return {.streams = one_stream ? 1 : value("streams", 1),
            .steps = value("steps_in_turn", 1),
            .hot_frames = value(one_stream ? "frames" : "hot_frames", 1),
            .cold_frames = value("cold_frames", 0),
            .frame_bytes = value("frame_words", 1) * word_bytes,
            .window = value("window", 1),
            .mode = value("write", 0) != 0 ? write_mode::vectored : write_mode::per_frame,
            .workers = value("workers", 1)};
}

std::vector<workload> stream_workloads() { return made_workloads(); }

} // namespace bench
