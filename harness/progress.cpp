#include "harness/progress.hpp"

#include "harness/quiet_wait.hpp"
#include "harness/text.hpp"
#include "workloads/recorder.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace bench {
namespace {

constexpr std::uint64_t plain_interval_ns = 10'000'000'000;

bool on_terminal() {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

} // namespace

progress_style automatic_progress_style() {
    return on_terminal() ? progress_style::bar : progress_style::plain;
}

bool automatic_color() {
    const char* refused = std::getenv("NO_COLOR");
    return on_terminal() && (refused == nullptr || *refused == '\0');
}

progress::progress(progress_style style, bool color, std::uint64_t blocks, std::uint64_t estimate_ns)
    : style_(style), color_(color), blocks_(std::max<std::uint64_t>(blocks, 1)), estimate_ns_(estimate_ns),
      started_ns_(now_ns()) {}

std::uint64_t progress::left_ns() const {
    const std::uint64_t left = estimate_ns_ > expected_done_ns_ ? estimate_ns_ - expected_done_ns_ : 0;
    if (expected_done_ns_ == 0) return left;
    const double pace = static_cast<double>(now_ns() - started_ns_) / static_cast<double>(expected_done_ns_);
    return static_cast<std::uint64_t>(pace * static_cast<double>(left));
}

void progress::block_begins(const std::string& group, std::uint64_t number) {
    current_ = fmt::format("{}, block {}", group, number + 1);
    draw();
}

void progress::block_ended(std::uint64_t expected_ns, std::optional<double> foreign_share, bool counts) {
    foreign_share_ = foreign_share;
    if (!counts) return;
    ++done_;
    expected_done_ns_ += expected_ns;
}

void progress::draw() {
    const auto percent = std::min<std::uint64_t>(100 * done_ / blocks_, 100);
    const bool noisy = foreign_share_.value_or(0) > quiet_foreign_share;
    if (style_ == progress_style::bar) {
        constexpr std::uint64_t width = 24;
        const auto full = std::min(width * done_ / blocks_, width);
        const std::string light = color_ ? fmt::format("\x1b[{}m●\x1b[0m", noisy ? 31 : 32) : noisy ? "!" : "·";
        fmt::print(stderr, "\r\x1b[K[{}{}] {:3} %  {} left  {} {}  {}", std::string(full, '#'),
                   std::string(width - full, '-'), percent, format_left(left_ns()), light,
                   noisy ? "noisy" : "quiet", current_);
        std::fflush(stderr);
    } else if (style_ == progress_style::plain) {
        const auto now = now_ns();
        if (last_line_ns_ != 0 && now - last_line_ns_ < plain_interval_ns) return;
        last_line_ns_ = now;
        fmt::print(stderr, "{:3} %  {} left  {}{}\n", percent, format_left(left_ns()), current_,
                   noisy ? "  (the machine is noisy)" : "");
    }
}

void progress::say(const std::string& line) {
    if (style_ == progress_style::none) return;
    fmt::print(stderr, "{}{}\n", style_ == progress_style::bar ? "\r\x1b[K" : "", line);
}

void progress::end() {
    if (style_ != progress_style::bar) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
}

} // namespace bench
