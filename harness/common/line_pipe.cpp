#include "harness/common/line_pipe.hpp"

#include <poll.h>
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

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) { // whoever shares the terminal or the pipe made it non-blocking
            pollfd waiting{.fd = descriptor, .events = POLLOUT, .revents = 0};
            ::poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

bool write_line(int descriptor, std::string_view text) {
    return write_all(descriptor, std::string(text) + '\n');
}

} // namespace bench
