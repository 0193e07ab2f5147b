// The coordinator's side of one cell process: starting it, asking it, ending it in time.
#pragma once

#include "harness/cell/cell_messages.hpp"
#include "harness/common/line_pipe.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/case_status.hpp"

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <utility>

namespace bench {

/// A process that is woken so much later than it asked for was not running, and neither was any other.
inline constexpr std::uint64_t frozen_from_ns = 500'000'000;

/// Why a cell gave no answer.
struct cell_failure {
    case_status status = case_status::failed;
    std::string reason;
    bool interrupted = false; ///< the user ended the run, so nothing is known of the case
};

/// Owns one child process, in a process group of its own. Destroying it kills what is left of that group.
class cell_client {
public:
    using answer = std::expected<cell_answer, cell_failure>;

    /// Starts `spargio-bench cell` for one arm, with an environment padded by `padding` bytes, which moves the
    /// stack; `program` is the spargio-bench to start, empty for this one. Error: what the system said.
    static std::expected<std::unique_ptr<cell_client>, cell_failure>
    start(const group& measured, const arm& shown, std::size_t padding, const std::string& program = {});

    cell_client(const cell_client&) = delete;
    cell_client& operator=(const cell_client&) = delete;
    ~cell_client();

    /// The next answer; `timeout_ns` counts from the last sign of life, without the time in which this process
    /// stood still too. After a failure the cell is dead.
    [[nodiscard]] answer wait_answer(std::uint64_t timeout_ns, std::string_view phase);

    /// Sends a command and waits for its answer.
    [[nodiscard]] answer ask(const cell_command& command, std::uint64_t timeout_ns, std::string_view phase);

    [[nodiscard]] pid_t process() const noexcept { return process_; }

    /// For how long this process stood still while it waited for answers, since the last call: a container or a
    /// virtual machine was paused, and the cell with it.
    [[nodiscard]] std::uint64_t take_frozen_ns() noexcept { return std::exchange(frozen_ns_, 0); }

    /// Waits for the end of the process after `close`; kills it when it does not come.
    void finish(std::uint64_t timeout_ns);

private:
    cell_client(pid_t process, int commands, int answers, int errors) noexcept;

    [[nodiscard]] cell_failure died(std::string_view phase);
    [[nodiscard]] cell_failure fail(case_status status, const std::string& reason);
    void take_errors();
    /// Waits until there is something to read, an interruption, or `limit_ns` are over.
    void wait(std::uint64_t limit_ns);
    int reap();
    [[nodiscard]] std::string last_words() const;

    pid_t process_;
    int commands_, answers_, errors_;
    bool errors_open_ = true;
    bool answer_waits_ = false; ///< after wait()
    line_reader reader_;
    std::uint64_t frozen_ns_ = 0;
    std::string error_text_;
};

} // namespace bench
