#include "harness/common/output.hpp"

#include "harness/common/line_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace bench {
namespace {

constexpr std::size_t buffered_most = 16384;

/// What goes to standard output. Only the main thread prints.
struct answer_stream {
    std::string buffered;
    int error = 0; ///< the first one; what comes after it is dropped
};

answer_stream& answers() {
    static answer_stream only;
    return only;
}

void hand_on(answer_stream& stream) {
    if (stream.error == 0 && !write_all(STDOUT_FILENO, stream.buffered)) stream.error = errno;
    stream.buffered.clear();
}

} // namespace

void prepare_output() noexcept {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(standard, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number, which is this one, and kept across exec. Opened the wrong way round, so that
        // using it stays an error.
        [[maybe_unused]] const int opened = ::open("/dev/null", standard == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
}

void say_text(std::string_view text) {
    static const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
    auto& stream = answers();
    stream.buffered += text;
    if (is_terminal || stream.buffered.size() > buffered_most) hand_on(stream);
}

void note_text(std::string_view text) {
    // A failure has no place where it could be told.
    [[maybe_unused]] const bool written = write_all(STDERR_FILENO, text);
}

std::optional<problem> finish_output() {
    auto& stream = answers();
    hand_on(stream);
    if (stream.error == 0 || stream.error == EPIPE) return std::nullopt;
    return problem{problem_code::cannot_write, "standard output", std::strerror(stream.error),
                   "what was asked for is not printed, or not all of it"};
}

} // namespace bench
