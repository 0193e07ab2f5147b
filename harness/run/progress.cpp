#include "harness/run/progress.hpp"

#include "harness/common/output.hpp"
#include "harness/common/text.hpp"
#include "harness/machine/quiet_wait.hpp"
#include "workloads/measure/recorder.hpp"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace bench {
namespace {

constexpr std::uint64_t plain_interval_ns = 10'000'000'000;

bool on_terminal() {
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

/// Of the terminal that stderr is; as good as none where it is none, or does not say.
std::size_t terminal_columns() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 1000;
}

/// The beginning and the end are what a case is known by: its workload, its block.
std::string shortened(const std::string& text, std::size_t columns) {
    if (text.size() <= columns) return text;
    const std::size_t kept = columns - 1;
    return text.substr(0, kept - kept / 2) + "…" + text.substr(text.size() - kept / 2);
}

} // namespace

std::string progress_line(const progress_view& view, std::size_t columns) {
    constexpr std::uint64_t width = 24;
    constexpr std::size_t wanted_name = 20, least_name = 8;
    const auto full = std::min(width * view.done / view.blocks, width);
    const std::string bar = fmt::format("[{}{}] ", std::string(full, '#'), std::string(width - full, '-'));
    const std::string share =
        fmt::format("{:3} %", std::min<std::uint64_t>(100 * view.done / view.blocks, 100));
    const std::string left = fmt::format("  {} left", view.left);
    const std::string light = view.color   ? fmt::format("  \x1b[{}m●\x1b[0m", view.noisy ? 31 : 32)
                              : view.noisy ? "  !"
                                           : "  ·";
    constexpr std::size_t light_columns = 3;
    const std::string word = view.noisy ? " noisy" : " quiet";
    // A line that fills the last column makes some terminals wrap.
    const std::size_t room = columns > 1 ? columns - 1 : 1;
    const std::size_t short_form = share.size() + left.size() + light_columns;
    const std::size_t long_form = short_form + word.size();
    std::string line;
    std::size_t used = 0;
    if (room >= bar.size() + long_form + 2 + std::min(wanted_name, view.current.size())) {
        line = bar + share + left + light + word;
        used = bar.size() + long_form;
    } else if (room >= long_form) {
        line = share + left + light + word;
        used = long_form;
    } else if (room >= short_form) {
        return share + left + light;
    } else {
        return share.substr(0, room);
    }
    const std::size_t rest = room - used;
    return rest >= 2 + least_name ? line + "  " + shortened(view.current, rest - 2) : line;
}

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

void progress::pass_over(std::uint64_t blocks, std::uint64_t expected_ns) {
    done_ += blocks;
    estimate_ns_ -= std::min(estimate_ns_, expected_ns);
}

void progress::draw() {
    const auto percent = std::min<std::uint64_t>(100 * done_ / blocks_, 100);
    const bool noisy = foreign_share_.value_or(0) > quiet_foreign_share;
    if (style_ == progress_style::bar) {
        note("\r\x1b[K{}", progress_line({.done = done_,
                                          .blocks = blocks_,
                                          .left = format_left(left_ns()),
                                          .noisy = noisy,
                                          .color = color_,
                                          .current = current_},
                                         terminal_columns()));
    } else if (style_ == progress_style::plain) {
        const auto now = now_ns();
        if (last_line_ns_ != 0 && now - last_line_ns_ < plain_interval_ns) return;
        last_line_ns_ = now;
        note("{:3} %  {} left  {}{}\n", percent, format_left(left_ns()), current_,
             noisy ? "  (the machine is noisy)" : "");
    }
}

void progress::say(const std::string& line) {
    if (style_ == progress_style::none) return;
    note("{}{}\n", style_ == progress_style::bar ? "\r\x1b[K" : "", line);
}

void progress::end() {
    if (style_ != progress_style::bar) return;
    note_text("\r\x1b[K");
}

} // namespace bench
