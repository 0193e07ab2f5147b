#include "harness/common/line_pipe.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace bench {

std::optional<std::string> line_reader::next() {
    for (;;) {
        if (auto line = take()) return line;
        if (!fill()) return std::nullopt;
    }
}

std::optional<std::string> line_reader::take() {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
}

bool line_reader::fill() {
    std::array<char, 16384> chunk;
    for (;;) {
        const ssize_t got = ::read(descriptor_, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        buffer_.append(chunk.data(), static_cast<std::size_t>(got));
        return true;
    }
}

bool write_line(int descriptor, std::string_view text) {
    std::string line(text);
    line += '\n';
    for (std::size_t done = 0; done < line.size();) {
        const ssize_t written = ::write(descriptor, line.data() + done, line.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        done += static_cast<std::size_t>(written);
    }
    return true;
}

} // namespace bench
