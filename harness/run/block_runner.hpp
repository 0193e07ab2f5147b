// Runs one block: a fresh process for each arm of a group, slices interleaved (M2, M3, M5).
#pragma once

#include "harness/cell/cell_client.hpp"
#include "harness/common/random.hpp"
#include "harness/machine/quiet_wait.hpp"
#include "harness/run/measured_files.hpp"
#include "harness/run/run_log.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {

class block_runner {
public:
    /// All must outlive it.
    block_runner(const plan& planned, run_log& log, quiet_wait& quiet, measured_files& files)
        : plan_(planned), log_(log), quiet_(quiet), files_(files) {}

    enum class outcome { kept, dropped, interrupted };

    /// Measures the next block of the group, with those arms that are still active. What it finds goes to the
    /// log.
    outcome run(const group& measured);

private:
    struct running_arm {
        const bench::arm* arm;
        std::string id;
        std::unique_ptr<cell_client> cell; ///< null once it has failed
        std::uint64_t iterations = 1;
        std::uint64_t operations = 0; ///< of its last slice
        allowance allowed = {};       ///< once it is warm
    };

    /// Starts the cell and opens its session; a failure is then in the log.
    void start_cell(const group& measured, running_arm& started, random_source& random);
    bool start_cells(const group& measured, std::vector<running_arm>& arms, random_source& random);
    bool warm(const group& measured, std::vector<running_arm>& arms, random_source& random);
    bool measure(const group& measured, std::vector<running_arm>& arms, random_source& random);
    bool run_slices(std::vector<running_arm>& arms, const std::vector<std::size_t>& order, bool latency,
                    random_source& random);
    /// How long a slice is: as the warm-up found, but one that records latencies goes on until a percentile of
    /// it means something, where that does not take it much longer.
    [[nodiscard]] static std::uint64_t iterations_of(const running_arm& asked, bool latency);
    bool close(std::vector<running_arm>& arms);

    /// Asks the arm's cell; none when it failed, which is then in the log. Throws std::bad_variant_access when
    /// the answer is to another command.
    template <class Answer>
    std::optional<Answer> ask(running_arm& asked, const cell_command& command, std::string_view phase);
    /// Why the block is to be measured again, whatever the noise: it stood still, or CPUs were taken away in
    /// it.
    [[nodiscard]] std::optional<std::string> disturbance(const allowance& before, const allowance& after) const;
    /// Waits between two slices; false when it was interrupted.
    bool settle();
    void look_at_cells(std::vector<running_arm>& arms);
    void take_failure(running_arm& failed, const cell_failure& failure);
    void open_answered(running_arm& asked, const cell_answer& said);
    [[nodiscard]] std::optional<std::string> noise_to_drop(const group& measured,
                                                           const noise_figures& seen) const;

    const plan& plan_;
    run_log& log_;
    quiet_wait& quiet_;
    measured_files& files_;
    bool interrupted_ = false;
    std::uint64_t frozen_ns_ = 0;            ///< of the block under way
    std::optional<std::string> cell_change_; ///< of what its cells may use
};

} // namespace bench
