// How far a run is: a bar on a terminal, sparse plain lines elsewhere; always on stderr.
#pragma once

#include "harness/machine/machine_noise.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

enum class progress_style { bar, plain, none };

/// Bar on a terminal, plain lines otherwise.
[[nodiscard]] progress_style automatic_progress_style();

/// Colours of stderr: on a terminal, unless NO_COLOR is set.
[[nodiscard]] bool automatic_color();

/// What the bar says.
struct progress_view {
    std::uint64_t done = 0;
    std::uint64_t blocks = 1;
    std::string left; ///< "1:23" or "12 s"
    bool noisy = false;
    bool color = false;
    std::string current; ///< the case and its block
};

/// The bar as one line that a terminal of so many columns does not wrap: the case is shortened in its middle,
/// then the bar goes, then all but the share and the time left. Escapes for colours are no columns.
[[nodiscard]] std::string progress_line(const progress_view& view, std::size_t columns);

/// Drawn between blocks only: drawing costs CPU that a slice would see.
class progress {
public:
    progress(progress_style style, bool color, std::uint64_t blocks, std::uint64_t estimate_ns);

    /// Before a block: which one comes.
    void block_begins(const std::string& group, std::uint64_t number);
    /// After it: how long such a block was expected to take, and how noisy it was.
    void block_ended(std::uint64_t expected_ns, std::optional<double> foreign_share, bool counts);
    /// Blocks that this process does not measure: a resumed run has them, or all their cases have failed.
    void pass_over(std::uint64_t blocks, std::uint64_t expected_ns);
    /// A line of its own, above the bar.
    void say(const std::string& line);
    /// Removes the bar.
    void end();

private:
    [[nodiscard]] std::uint64_t left_ns() const;
    void draw();

    progress_style style_;
    bool color_;
    std::uint64_t blocks_;
    std::uint64_t done_ = 0;
    std::uint64_t estimate_ns_;
    std::uint64_t expected_done_ns_ = 0; ///< of the blocks that are done: calibrates the estimate
    std::uint64_t started_ns_;
    std::uint64_t last_line_ns_ = 0;
    std::optional<double> foreign_share_;
    std::string current_;
};

} // namespace bench
