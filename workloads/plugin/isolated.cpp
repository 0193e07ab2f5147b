#include "workloads/plugin/isolated.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace bench {
namespace {

using texts = std::vector<std::string>;

// Each text with its length before it.
std::string packed(const texts& all) {
    std::string bytes;
    for (const auto& text : all) {
        const std::uint64_t length = text.size();
        bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
        bytes += text;
    }
    return bytes;
}

/// Empty where the bytes are not whole.
std::optional<texts> unpacked(std::string_view bytes) {
    texts all;
    while (!bytes.empty()) {
        std::uint64_t length = 0;
        if (bytes.size() < sizeof length) return std::nullopt;
        std::memcpy(&length, bytes.data(), sizeof length);
        bytes.remove_prefix(sizeof length);
        if (length > bytes.size()) return std::nullopt;
        all.emplace_back(bytes.substr(0, length));
        bytes.remove_prefix(length);
    }
    return all;
}

void write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

[[noreturn]] void be_the_child(const std::function<texts()>& work, int answers, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1); // it had died before
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    try {
        write_all(answers, packed(work()));
    } catch (...) {
        ::_exit(1);
    }
    // Not exit(): what the parent had not yet written of its streams is not the child's to write.
    ::_exit(0);
}

/// Everything up to the end of the pipe; empty when that did not come in time.
std::optional<std::string> read_until(int answers, std::chrono::steady_clock::time_point deadline) {
    std::string bytes;
    std::array<char, 4096> chunk;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return std::nullopt;
        pollfd waiting{.fd = answers, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
        const ssize_t got = ::read(answers, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return bytes;
        bytes.append(chunk.data(), static_cast<std::size_t>(got));
    }
}

std::string ending(int status) {
    if (!WIFSIGNALED(status)) return "ended with exit code " + std::to_string(WEXITSTATUS(status));
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return std::string("crashed (SIG") + (name != nullptr ? name : "?") + ")";
}

} // namespace

std::expected<std::vector<std::string>, std::string>
run_isolated(const std::function<std::vector<std::string>()>& work, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return std::unexpected(std::string("could not be asked: ") + std::strerror(errno));
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) be_the_child(work, pipe[1], parent);
    const int error = errno;
    ::close(pipe[1]);
    if (child < 0) {
        ::close(pipe[0]);
        return std::unexpected(std::string("could not be asked: ") + std::strerror(error));
    }
    const auto bytes = read_until(pipe[0], deadline);
    ::close(pipe[0]);
    if (!bytes) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!bytes)
        return std::unexpected("did not come to an end within " + std::to_string(limit.count()) + " ms");
    if (status != 0) return std::unexpected(ending(status));
    auto said = unpacked(*bytes);
    if (!said) return std::unexpected(std::string("ended in the middle of its answer"));
    return *std::move(said);
}

} // namespace bench
