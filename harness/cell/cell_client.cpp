#include "harness/cell/cell_client.hpp"

#include "harness/cell/cell_process.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/text.hpp"
#include "workloads/measure/recorder.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace bench {
namespace {

constexpr std::size_t error_text_limit = 2048;

/// Between two looks at the clock while a cell computes; a slice is mostly shorter.
constexpr std::uint64_t longest_look_ns = 500'000'000;

/// A pipe whose ends lie above the descriptors that the child gets, so that dup2 never hits one of them.
std::optional<std::array<int, 2>> high_pipe() {
    std::array<int, 2> low{};
    if (::pipe2(low.data(), O_CLOEXEC) != 0) return std::nullopt;
    std::array<int, 2> high{};
    for (std::size_t end = 0; end < 2; ++end) {
        high[end] = ::fcntl(low[end], F_DUPFD_CLOEXEC, 16);
        ::close(low[end]);
    }
    if (high[0] >= 0 && high[1] >= 0) return high;
    for (const int end : high)
        if (end >= 0) ::close(end);
    return std::nullopt;
}

std::vector<std::string> cell_arguments(const group& measured, const arm& shown) {
    std::vector<std::string> arguments{"spargio-bench", "cell",
                                       "--workload",    std::string(measured.workload->name),
                                       "--arm",         shown.cell_argument(),
                                       "--parent",      std::to_string(::getpid())};
    const auto add = [&](std::string_view name, const std::string& value) {
        arguments.emplace_back("--parameter");
        arguments.push_back(fmt::format("{}={}", name, value));
    };
    // The defaults of another build may be others: without all of them it would do other work.
    if (shown.of_base)
        for (const auto& [spec, value] : measured.values.entries())
            add(spec.name, measured.values.text(spec.name));
    else
        for (const auto& [name, value] : measured.given) add(name, value);
    if (const auto plugin = shown.backend->origin(); !plugin.empty()) {
        arguments.emplace_back("--plugin");
        arguments.emplace_back(plugin);
    }
    if (shown.injected_slowdown) {
        arguments.emplace_back("--slowdown");
        arguments.push_back(fmt::format("{}", *shown.injected_slowdown));
    }
    return arguments;
}

/// Pointers into `texts`, null-terminated, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// posix_spawn of `program` with the three pipe ends as 3, 4 and 1+2. Returns an errno value.
int spawn_cell(pid_t& process, const char* program, std::vector<std::string>& arguments,
               std::vector<std::string>& environment, int commands, int answers, int errors) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, errors, 1);
    ::posix_spawn_file_actions_adddup2(&actions, errors, 2);
    ::posix_spawn_file_actions_adddup2(&actions, commands, cell_command_descriptor);
    ::posix_spawn_file_actions_adddup2(&actions, answers, cell_answer_descriptor);
    sigset_t defaults, none;
    ::sigemptyset(&none);
    ::sigemptyset(&defaults);
    for (const int signal : interrupt::signals) ::sigaddset(&defaults, signal);
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaddset(&defaults, signal);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    // A group of its own: a Ctrl-C of the terminal reaches the harness only, and what a cell starts dies with
    // it.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    const int error = ::posix_spawn(&process, program, &actions, &attributes, pointers(arguments).data(),
                                    pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    return error;
}

} // namespace

std::expected<std::unique_ptr<cell_client>, cell_failure>
cell_client::start(const group& measured, const arm& shown, std::size_t padding, const std::string& program) {
    const auto commands = high_pipe();
    const auto answers = high_pipe();
    const auto errors = high_pipe();
    pid_t process = -1;
    int error = errno;
    if (commands && answers && errors) {
        auto arguments = cell_arguments(measured, shown);
        std::vector<std::string> environment;
        for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
        environment.push_back("SPARGIO_BENCH_PADDING=" + std::string(padding, 'x'));
        error = spawn_cell(process, program.empty() ? "/proc/self/exe" : program.c_str(), arguments,
                           environment, (*commands)[0], (*answers)[1], (*errors)[1]);
    }
    const auto close_ends = [](const auto& pipe, bool reading, bool writing) {
        if (pipe && reading) ::close((*pipe)[0]);
        if (pipe && writing) ::close((*pipe)[1]);
    };
    if (process < 0) {
        for (const auto* pipe : {&commands, &answers, &errors}) close_ends(*pipe, true, true);
        return std::unexpected(
            cell_failure{case_status::failed,
                         fmt::format("cannot start a cell process: {}; look at `ulimit -u` and `ulimit -n`",
                                     std::strerror(error))});
    }
    close_ends(commands, true, false);
    close_ends(answers, false, true);
    close_ends(errors, false, true);
    return std::unique_ptr<cell_client>(new cell_client(process, (*commands)[1], (*answers)[0], (*errors)[0]));
}

cell_client::cell_client(pid_t process, int commands, int answers, int errors) noexcept
    : process_(process), commands_(commands), answers_(answers), errors_(errors), reader_(answers) {
    ::fcntl(errors_, F_SETFL, O_NONBLOCK);
}

cell_client::~cell_client() {
    reap();
    for (const int end : {commands_, answers_, errors_}) ::close(end);
}

int cell_client::reap() {
    if (process_ < 0) return 0;
    ::kill(-process_, SIGKILL);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
}

void cell_client::take_errors() {
    std::array<char, 4096> chunk;
    for (ssize_t got = 0; (got = ::read(errors_, chunk.data(), chunk.size())) > 0;) {
        error_text_.append(chunk.data(), static_cast<std::size_t>(got));
        if (error_text_.size() > error_text_limit) error_text_.erase(0, error_text_.size() - error_text_limit);
    }
}

std::string cell_client::last_words() const {
    const auto end = error_text_.find_last_not_of(" \n\r\t");
    return end == std::string::npos ? "" : "; it wrote: " + error_text_.substr(0, end + 1);
}

cell_failure cell_client::fail(case_status status, const std::string& reason) {
    reap();
    take_errors();
    return {status, reason + last_words()};
}

cell_failure cell_client::died(std::string_view phase) {
    // The exit status is fixed before the kernel closes the pipe, so the kill in reap() can't change it.
    const int status = reap();
    take_errors();
    std::string end = fmt::format("ended with exit code {}", WEXITSTATUS(status));
    if (WIFSIGNALED(status)) {
        const char* name = ::sigabbrev_np(WTERMSIG(status));
        end = fmt::format("was killed by SIG{}", name ? name : "?");
        if (WTERMSIG(status) == SIGKILL) end += " (often the kernel, out of memory)";
    }
    return {case_status::crashed, fmt::format("the process {} while it {}{}", end, phase, last_words())};
}

void cell_client::wait(std::uint64_t limit_ns) {
    std::array<pollfd, 3> waiting{{{answers_, POLLIN, 0},
                                   {errors_open_ ? errors_ : -1, POLLIN, 0},
                                   {interrupt::descriptor(), POLLIN, 0}}};
    const std::uint64_t from_ns = now_ns();
    const std::uint64_t longest_ns = std::min(limit_ns, longest_look_ns);
    ::poll(waiting.data(), waiting.size(), static_cast<int>(longest_ns / 1'000'000 + 1));
    const std::uint64_t waited_ns = now_ns() - from_ns;
    if (waited_ns > longest_ns + frozen_from_ns) frozen_ns_ += waited_ns - longest_ns;
    if (waiting[1].revents & POLLIN) take_errors();
    if ((waiting[1].revents & (POLLHUP | POLLIN)) == POLLHUP) errors_open_ = false;
    answer_waits_ = (waiting[0].revents & (POLLIN | POLLHUP)) != 0;
}

cell_client::answer cell_client::wait_answer(std::uint64_t timeout_ns, std::string_view phase) {
    std::uint64_t from_ns = now_ns();
    std::uint64_t frozen_before_ns = frozen_ns_;
    for (;;) {
        if (const auto line = reader_.take()) {
            auto said = answer_from_line(*line);
            if (!said)
                return std::unexpected(
                    fail(case_status::failed, "the cell process answered what is no answer"));
            if (std::holds_alternative<still_warming>(*said)) { // the limit holds for each slice
                from_ns = now_ns();
                frozen_before_ns = frozen_ns_;
                continue;
            }
            if (const auto* wrong = std::get_if<wrong_result>(&*said))
                return std::unexpected(fail(case_status::wrong_result, wrong->reason));
            if (const auto* error = std::get_if<cell_error>(&*said))
                return std::unexpected(fail(case_status::failed, error->reason));
            return *std::move(said);
        }
        const std::uint64_t deadline_ns = from_ns + timeout_ns + (frozen_ns_ - frozen_before_ns);
        const std::uint64_t now = now_ns();
        if (now >= deadline_ns)
            return std::unexpected(
                fail(case_status::timed_out, fmt::format("no answer within {} while it {}; if it is only "
                                                         "slow, raise --timeout",
                                                         format_ns(static_cast<double>(timeout_ns)), phase)));
        wait(deadline_ns - now);
        if (interrupt::requested()) {
            auto failure = fail(case_status::failed, "interrupted");
            failure.interrupted = true;
            return std::unexpected(std::move(failure));
        }
        if (answer_waits_ && !reader_.fill()) return std::unexpected(died(phase));
    }
}

cell_client::answer cell_client::ask(const cell_command& command, std::uint64_t timeout_ns,
                                     std::string_view phase) {
    if (!write_line(commands_, line_of(command))) return std::unexpected(died(phase));
    return wait_answer(timeout_ns, phase);
}

void cell_client::finish(std::uint64_t timeout_ns) {
    // The pipe of its answers ends with the process.
    pollfd waiting{.fd = answers_, .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, static_cast<int>(timeout_ns / 1'000'000));
    reap();
}

} // namespace bench
