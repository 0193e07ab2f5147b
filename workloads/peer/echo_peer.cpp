#include "workloads/peer/echo_peer.hpp"

#include "workloads/peer/peer_address.hpp"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace bench {
namespace {

struct peer_place {
    const char* name;
    const char* target;
    const char* path;
};

constexpr peer_place place_of(peer_kind program) {
    switch (program) {
    case peer_kind::churn_client:
        return {"the client of net/churn", "spargio-churn-client", CHURN_CLIENT_PROGRAM};
    case peer_kind::load_generator:
        return {"the load generator", "spargio-serve-client", SERVE_CLIENT_PROGRAM};
    case peer_kind::echo:
        break;
    }
    return {"the echo peer", "spargio-echo-peer", ECHO_PEER_PROGRAM};
}

/// A pair of ends; what is left open is closed at the end.
class pipe_ends {
public:
    pipe_ends() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends() {
        for (const int end : ends_)
            if (end >= 0) ::close(end);
    }
    [[nodiscard]] bool open() const noexcept { return ends_[0] >= 0; }
    [[nodiscard]] int reading() const noexcept { return ends_[0]; }
    [[nodiscard]] int writing() const noexcept { return ends_[1]; }
    int take_writing() noexcept { return std::exchange(ends_[1], -1); }
    void close_writing() noexcept { ::close(take_writing()); }

private:
    std::array<int, 2> ends_{};
};

std::string cannot(const peer_place& place, int error) {
    return std::string(place.name) + " cannot be started: " + std::strerror(error) + " (" + place.path +
           "); build the target " + place.target + ", and look at `ulimit -u` and `ulimit -n`";
}

/// The scheduling class that a process begins with is the one of the thread that starts it (posix_spawnattr_t
/// of glibc does not take SCHED_BATCH); this gives the thread back its own.
class class_for_children {
public:
    explicit class_for_children(peer_class scheduling) : own_(::sched_getscheduler(0)) {
        ::sched_getparam(0, &own_priority_);
        const sched_param none{};
        if (scheduling == peer_class::batch) ::sched_setscheduler(0, SCHED_BATCH, &none);
    }
    class_for_children(const class_for_children&) = delete;
    class_for_children& operator=(const class_for_children&) = delete;
    ~class_for_children() { ::sched_setscheduler(0, own_, &own_priority_); }

private:
    int own_;
    sched_param own_priority_{};
};

/// In the group of this process, so that a signal to that group kills the peer as well.
int spawn(const char* path, peer_class scheduling, pid_t& process, int input, int output) {
    std::string name = path;
    std::string parent = std::to_string(::getpid());
    const std::array<char*, 3> arguments{name.data(), parent.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    const class_for_children scheduled(scheduling);
    const int error = ::posix_spawn(&process, path, &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
}

/// The line that the peer writes first; none where it ends instead.
std::optional<std::uint16_t> read_port(int output) {
    std::string line;
    for (char letter = 0;;) {
        const ssize_t got = ::read(output, &letter, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        if (letter == '\n') break;
        line += letter;
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), port);
    if (error != std::errc{} || end != line.data() + line.size() || port == 0) return std::nullopt;
    return port;
}

void reap(pid_t process) {
    while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

std::expected<echo_peer, std::string> echo_peer::start(peer_kind program, peer_class scheduling) {
    const peer_place place = place_of(program);
    pipe_ends input, output;
    if (!input.open() || !output.open()) return std::unexpected(cannot(place, errno));
    pid_t process = -1;
    if (const int error = spawn(place.path, scheduling, process, input.reading(), output.writing()); error != 0)
        return std::unexpected(cannot(place, error));
    output.close_writing();
    const auto port = read_port(output.reading());
    if (!port) {
        ::kill(process, SIGKILL);
        reap(process);
        return std::unexpected(std::string(place.name) + " ended before it told its port; start " + place.path +
                               " by hand to see why");
    }
    return echo_peer(process, input.take_writing(), *port);
}

std::string_view echo_peer::program_for(const workload& asked, const parameters& values) {
    if (!asked.needs_peer || serves_itself(values)) return {};
    return place_of(asked.peer).path;
}

std::expected<std::optional<echo_peer>, std::string> echo_peer::start_for(const workload& asked,
                                                                          const parameters& values) {
    if (!asked.needs_peer || serves_itself(values)) return std::optional<echo_peer>{};
    auto started = start(asked.peer, has_batch_peer(values) ? peer_class::batch : peer_class::normal);
    if (!started) return std::unexpected(started.error());
    return std::optional<echo_peer>(*std::move(started));
}

echo_peer::echo_peer(pid_t process, int lifeline, std::uint16_t port) noexcept
    : process_(process), lifeline_(lifeline), port_(port) {
    set_peer_port(port);
}

echo_peer::echo_peer(echo_peer&& other) noexcept
    : process_(std::exchange(other.process_, -1)), lifeline_(std::exchange(other.lifeline_, -1)),
      port_(other.port_) {}

echo_peer::~echo_peer() {
    if (process_ < 0) return;
    set_peer_port(std::nullopt);
    // It has nothing to tidy up.
    ::close(lifeline_);
    ::kill(process_, SIGKILL);
    reap(process_);
}

} // namespace bench
