// Lines over a pipe: how coordinator and cell talk.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bench {

/// Blocking reader of lines. One thread.
class line_reader {
public:
    explicit line_reader(int descriptor) noexcept : descriptor_(descriptor) {}

    /// The next line without its end; none when the other side has closed. Blocks.
    [[nodiscard]] std::optional<std::string> next();

    /// A complete line that is already here, if any. Never blocks.
    [[nodiscard]] std::optional<std::string> take();

    /// Reads once; false at the end of the stream or on an error. Blocks only if nothing is there.
    bool fill();

private:
    int descriptor_;
    std::string buffer_;
};

/// Writes all of it, and waits where the descriptor is non-blocking. False, with errno, when it can't be.
bool write_all(int descriptor, std::string_view text);
/// The same with a line end behind it. False when the other side is gone.
bool write_line(int descriptor, std::string_view text);

} // namespace bench
