#include "harness/run/plan_measurer.hpp"

#include "harness/common/problem.hpp"
#include "harness/run/block_order.hpp"
#include "workloads/measure/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bench {
namespace {

std::optional<round_budget> budget_of(const plan& planned) {
    if (!planned.options.budget_ns) return std::nullopt;
    std::vector<std::uint64_t> expected;
    for (const auto& each : planned.groups) expected.push_back(planned.estimate_block_ns(each));
    return round_budget(*planned.options.budget_ns, std::move(expected));
}

} // namespace

plan_measurer::plan_measurer(const plan& planned, const run_output& output, const begun_run& begun,
                             run_state& state)
    : planned_(planned), journal_(*begun.lines), state_(state), log_(journal_, state),
      files_(begun.header.files), allowed_(begun.header.environment),
      shown_(output.style, output.color, planned.options.blocks * planned.groups.size(), planned.estimate_ns()),
      budget_(budget_of(planned)), started_ns_(now_ns()) {}

plan_measurer::outcome plan_measurer::measure() {
    for (const auto& each : planned_.groups) {
        const auto done = std::min(state_.progress_of(each).finished, planned_.options.blocks);
        shown_.pass_over(done, done * planned_.estimate_block_ns(each));
    }
    const auto ended = measure_blocks();
    state_.abandon_open_block("the run was interrupted in the middle of it");
    shown_.end();
    return ended;
}

bool plan_measurer::has_active_case(const group& asked) const {
    return std::ranges::any_of(
        asked.arms, [&](const arm& each) { return state_.find_case(case_id(asked, each)).active(); });
}

std::deque<std::size_t> plan_measurer::queue() const {
    random_source random(derive_seed(planned_.options.seed, "order of the run", 0));
    std::vector<std::uint64_t> done;
    for (const auto& each : planned_.groups) done.push_back(state_.progress_of(each).finished);
    std::deque<std::size_t> left;
    for (const auto number : group_order_of_run(planned_.groups.size(), planned_.options.blocks, random)) {
        if (done[number] > 0)
            --done[number];
        else
            left.push_back(number);
    }
    return left;
}

std::vector<std::uint64_t> plan_measurer::count_of_each(const std::deque<std::size_t>& left,
                                                        std::uint64_t most) const {
    std::vector<std::uint64_t> counts(planned_.groups.size());
    for (const auto number : left)
        if (counts[number] < most && has_active_case(planned_.groups[number])) ++counts[number];
    return counts;
}

bool plan_measurer::has_room(std::deque<std::size_t>& left) {
    const auto finished = state_.progress_of(planned_.groups[left.front()]).finished;
    if (!budget_ || finished < rounds_begun_) return true;
    rounds_begun_ = finished + 1;
    const auto spent_ns = now_ns() - started_ns_;
    const auto most = finished == 0 ? 1 : planned_.options.blocks;
    for (const auto number : budget_->give_up(spent_ns, count_of_each(left, most))) {
        const auto& group = planned_.groups[number];
        const auto blocks = std::erase(left, number);
        gave_up_ = true;
        shown_.pass_over(blocks, blocks * planned_.estimate_block_ns(group));
        shown_.say(fmt::format("the budget is too short for every case: {} ends at {} of {} blocks", group.name,
                               state_.progress_of(group).finished, planned_.options.blocks));
    }
    if (left.empty()) return false;
    if (budget_->holds_a_round(spent_ns, count_of_each(left, 1))) return true;
    gave_up_ = true;
    shown_.say(fmt::format("the budget is spent with {} blocks left", left.size()));
    return false;
}

plan_measurer::outcome plan_measurer::measure_blocks() {
    quiet_wait quiet(planned_.options.quiet_limit_ns);
    block_runner runner(planned_, log_, quiet, files_);
    for (auto left = queue(); !left.empty() && has_room(left);) {
        const auto number = left.front();
        const auto& next = planned_.groups[number];
        left.pop_front();
        if (!has_active_case(next)) {
            shown_.pass_over(1, planned_.estimate_block_ns(next));
            continue;
        }
        shown_.block_begins(next.name, state_.progress_of(next).begun);
        const auto began_ns = now_ns();
        const auto ended = runner.run(next);
        if (budget_) budget_->took(number, now_ns() - began_ns);
        if (ended == block_runner::outcome::interrupted) return outcome::interrupted;
        after_block(next, ended);
        // A dropped block is measured once more, at the end; the drop limit bounds how often.
        if (ended == block_runner::outcome::dropped) left.push_back(number);
    }
    return gave_up_ ? outcome::budget_spent : outcome::whole;
}

void plan_measurer::after_block(const group& measured, block_runner::outcome ended) {
    shown_.block_ended(planned_.estimate_block_ns(measured),
                       state_.blocks().back().conditions.noise.foreign_share,
                       ended == block_runner::outcome::kept);
    if (const auto change = allowed_.look(state_.blocks().back().conditions.allowed)) shown_.say(*change);
    for (const auto& each : measured.arms) {
        const auto& state = state_.find_case(case_id(measured, each));
        if (state.failed() && std::ranges::find(reported_, state.id) == reported_.end()) {
            reported_.push_back(state.id);
            shown_.say(fmt::format("{}: {}: {}", state.id, word_of(state.status), state.reason.value_or("")));
        }
    }
    report_journal_problem();
}

void plan_measurer::report_journal_problem() {
    if (!journal_.failure() || journal_problem_said_) return;
    journal_problem_said_ = true;
    shown_.end(); // the bar comes again with the next block
    auto found = *journal_.failure();
    found.remedy =
        "the run goes on, its figures are kept in memory; make room, or stop with Ctrl-C to have them "
        "written elsewhere";
    complain(found);
}

} // namespace bench
