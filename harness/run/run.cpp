#include "harness/run/run.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/text.hpp"
#include "harness/common/wall_clock.hpp"
#include "harness/machine/environment.hpp"
#include "harness/plan/base_build.hpp"
#include "harness/plan/plan_json.hpp"
#include "harness/record/journal.hpp"
#include "harness/record/result_file.hpp"
#include "harness/run/block_order.hpp"
#include "harness/run/block_runner.hpp"
#include "harness/run/round_budget.hpp"
#include "harness/run/run_parts.hpp"
#include "harness/show/ab_preview.hpp"
#include "harness/show/summary.hpp"
#include "harness/show/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace bench {
namespace {

class measured_run {
public:
    measured_run(const plan& planned, const run_output& output, std::string path, json header,
                 std::unique_ptr<journal> writes)
        : planned_(planned), output_(output), path_(std::move(path)), header_(std::move(header)),
          journal_(std::move(writes)), state_(planned), log_(*journal_, state_),
          shown_(output.style, output.color, planned.options.blocks * planned.groups.size(),
                 planned.estimate_ns()) {}

    run_state& state() noexcept { return state_; }

    /// Measures what is left of the plan and writes the file.
    int go_on() {
        for (const auto& g : planned_.groups) {
            const auto done = std::min(state_.progress_of(g).finished, planned_.options.blocks);
            shown_.pass_over(done, done * planned_.estimate_block_ns(g));
        }
        const bool interrupted = !measure();
        state_.abandon_open_block("the run was interrupted in the middle of it");
        shown_.end();
        return finish(interrupted);
    }

private:
    bool has_active_case(const group& g) const {
        return std::ranges::any_of(g.arms,
                                   [&](const arm& a) { return state_.find_case(case_id(g, a)).active(); });
    }

    /// What is left to do, in order: one group number a block.
    std::deque<std::size_t> queue() const {
        random_source random(derive_seed(planned_.options.seed, "order of the run", 0));
        std::vector<std::uint64_t> done;
        for (const auto& g : planned_.groups) done.push_back(state_.progress_of(g).finished);
        std::deque<std::size_t> left;
        for (const auto g : group_order_of_run(planned_.groups.size(), planned_.options.blocks, random)) {
            if (done[g] > 0)
                --done[g];
            else
                left.push_back(g);
        }
        return left;
    }

    static std::optional<round_budget> budget_of(const plan& planned) {
        if (!planned.options.budget_ns) return std::nullopt;
        std::vector<std::uint64_t> expected;
        for (const auto& g : planned.groups) expected.push_back(planned.estimate_block_ns(g));
        return round_budget(*planned.options.budget_ns, std::move(expected));
    }

    /// How many of these blocks each group measures; no more than `most` of each.
    std::vector<std::uint64_t> count_of_each(const std::deque<std::size_t>& left, std::uint64_t most) const {
        std::vector<std::uint64_t> counts(planned_.groups.size());
        for (const auto number : left)
            if (counts[number] < most && has_active_case(planned_.groups[number])) ++counts[number];
        return counts;
    }

    /// Asked before each block, and it decides where the block begins a round: false when a further round has
    /// no room in the budget. Takes out of `left` the groups that are given up. The first round shows whether
    /// every case works and what it costs, so only a budget that does not hold that round gives up groups
    /// before it.
    bool has_room(std::deque<std::size_t>& left) {
        const auto finished = state_.progress_of(planned_.groups[left.front()]).finished;
        if (!budget_ || finished < rounds_begun_) return true;
        rounds_begun_ = finished + 1;
        const auto spent_ns = now_ns() - started_ns_;
        const auto most = finished == 0 ? 1 : planned_.options.blocks;
        for (const auto number : budget_->give_up(spent_ns, count_of_each(left, most))) {
            const auto& g = planned_.groups[number];
            const auto blocks = std::erase(left, number);
            shown_.pass_over(blocks, blocks * planned_.estimate_block_ns(g));
            shown_.say(fmt::format("the budget is too short for every case: {} ends at {} of {} blocks", g.name,
                                   state_.progress_of(g).finished, planned_.options.blocks));
        }
        if (left.empty()) return false;
        if (budget_->holds_a_round(spent_ns, count_of_each(left, 1))) return true;
        shown_.say(fmt::format("the budget is spent with {} blocks left", left.size()));
        return false;
    }

    /// False when interrupted.
    bool measure() {
        quiet_wait quiet(planned_.options.quiet_limit_ns);
        block_runner runner(planned_, log_, quiet);
        for (auto left = queue(); !left.empty() && has_room(left);) {
            const auto number = left.front();
            const auto& g = planned_.groups[number];
            left.pop_front();
            if (!has_active_case(g)) {
                shown_.pass_over(1, planned_.estimate_block_ns(g));
                continue;
            }
            shown_.block_begins(g.name, state_.progress_of(g).begun);
            const auto began_ns = now_ns();
            const auto ended = runner.run(g);
            if (budget_) budget_->took(number, now_ns() - began_ns);
            if (ended == block_runner::outcome::interrupted) return false;
            after_block(g, ended);
            // A dropped block is measured once more, at the end; the drop limit bounds how often.
            if (ended == block_runner::outcome::dropped) left.push_back(number);
        }
        return true;
    }

    void after_block(const group& g, block_runner::outcome ended) {
        const auto& foreign = state_.blocks().back().at("foreign_cpu_share");
        shown_.block_ended(planned_.estimate_block_ns(g),
                           foreign.is_null() ? std::nullopt : std::optional(foreign.get<double>()),
                           ended == block_runner::outcome::kept);
        for (const auto& a : g.arms) {
            const auto& c = state_.find_case(case_id(g, a));
            if (c.failed() && std::ranges::find(reported_, c.id) == reported_.end()) {
                reported_.push_back(c.id);
                shown_.say(fmt::format("{}: {}: {}", c.id, c.status, c.reason.value_or("")));
            }
        }
        if (journal_->problem() && !journal_problem_said_) {
            journal_problem_said_ = true;
            shown_.end(); // the bar comes again with the next block
            complain(exit_ok, *journal_->problem() +
                                  "; the run goes on, its figures are kept in memory; make room, "
                                  "or stop with Ctrl-C to have them written elsewhere");
        }
    }

    /// Whether every case of the plan has an honest end: measured, or refused with a reason.
    bool all_cases_valid() const {
        const auto& cases = state_.cases();
        return std::ranges::none_of(cases,
                                    [](const case_state& c) { return c.failed() || c.status == "not_run"; }) &&
               std::ranges::any_of(cases, [](const case_state& c) { return c.status == "measured"; });
    }

    int finish(bool interrupted) {
        auto run = header_.at("run");
        run["status"] = interrupted ? "interrupted" : "complete";
        run["finished_unix_ns"] = unix_now_ns();
        auto document = make_result(header_.at("tool"), run, header_.at("environment"), planned_, state_);
        const auto costs = overhead_of(document);
        document["warnings"] = make_warnings(document, costs, state_);
        const int stored = store_result(path_, document, *journal_);
        if (stored == exit_ok && !interrupted) journal_->remove();
        report(document, costs, interrupted);
        if (interrupted) return exit_interrupted;
        if (stored != exit_ok) return stored;
        return all_cases_valid() ? exit_ok : exit_invalid;
    }

    void report(const json& document, const overhead& costs, bool interrupted) {
        if (output_.json_on_stdout)
            fmt::print("{}\n", one_line(document));
        else if (!output_.quiet)
            fmt::print("{}", summarize(document, costs, output_.verbose));
        if (output_.preview_ratios && !output_.json_on_stdout)
            fmt::print("{}", preview_ratios(document, path_));
        if (interrupted)
            fmt::print(stderr, "interrupted; go on with: spargio-bench run --resume {}\n", shell_quoted(path_));
        if (!output_.json_on_stdout) fmt::print("result: {}\n", path_);
    }

    const plan& planned_;
    const run_output& output_;
    std::string path_;
    json header_;
    std::unique_ptr<journal> journal_;
    run_state state_;
    run_log log_;
    progress shown_;
    std::optional<round_budget> budget_ = budget_of(planned_);
    std::uint64_t rounds_begun_ = 0;
    std::uint64_t started_ns_ = now_ns();
    std::vector<std::string> reported_;
    bool journal_problem_said_ = false;
};

/// Whether a journal of another build or machine was handed over: its blocks can't be continued here.
std::optional<std::string> foreign_journal(const json& header) {
    const auto tool = tool_info();
    for (const char* key : {"git_revision", "git_dirty", "compiler", "compiler_flags", "build_type"})
        if (header.at("tool").at(key) != tool.at(key))
            return fmt::format("it was begun by a build with {} {}, this one has {}", key,
                               header.at("tool").at(key).dump(), tool.at(key).dump());
    const auto here = read_environment();
    for (const char* key : {"kernel", "cpu_model", "cpus_online"})
        if (header.at("environment").at(key) != here.at(key))
            return fmt::format("it was begun on a machine with {} {}, this one has {}", key,
                               header.at("environment").at(key).dump(), here.at(key).dump());
    return std::nullopt;
}

} // namespace

int run_plan(const plan& planned, const run_output& output) {
    auto begun = begin_run(planned, output);
    if (!begun) return complain(exit_usage, begun.error());
    return measured_run(planned, output, begun->path, std::move(begun->header), std::move(begun->writes))
        .go_on();
}

int resume_run(const std::string& path, const run_output& output) {
    auto content = read_journal(path);
    if (!content) return complain(exit_usage, content.error());
    try {
        auto& header = content->header;
        if (header.value("sweep", false))
            return complain(exit_usage,
                            content->path +
                                " is of a sweep, which can't be resumed: what a stage measures hangs on "
                                "the stages before it; delete it and start the sweep again");
        if (const auto why = foreign_journal(header))
            return complain(exit_usage,
                            fmt::format("{} can't be resumed here: {}; measure again", content->path, *why));
        const auto planned = plan_from_json(header.at("plan"));
        if (!planned) return complain(exit_usage, content->path + ": " + planned.error());
        if (auto error = pin(planned->options.cpus)) return complain(exit_usage, *error);
        if (const auto& base = planned->options.base)
            if (const auto why = changed_base(*base))
                return complain(exit_usage,
                                fmt::format("{} can't be resumed: {}; measure again", content->path, *why));
        auto opened = journal::reopen(content->path, content->whole_bytes);
        if (!opened) return complain(exit_usage, opened.error());
        header["run"]["resumed"] = true;
        const auto suffix = journal::path_for("").size();
        measured_run run(*planned, output, content->path.substr(0, content->path.size() - suffix), header,
                         std::move(*opened));
        for (const auto& event : content->events) {
            if (event.at("event") == "block_begin")
                run.state().abandon_open_block("the run was interrupted in the middle of it");
            run.state().apply(event);
        }
        run.state().abandon_open_block("the run was interrupted in the middle of it");
        return run.go_on();
    } catch (const std::exception& error) {
        return complain(exit_usage,
                        fmt::format("{} is damaged ({}); measure again", content->path, error.what()));
    }
}

} // namespace bench
