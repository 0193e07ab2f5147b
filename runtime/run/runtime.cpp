#include <spargio/run/runtime.hpp>

#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/machine/cpu_binding.hpp>
#include <spargio/detail/machine/cpu_spread.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/machine/no_sigpipe.hpp>
#include <spargio/detail/pool/blocked_signals.hpp>
#include <spargio/detail/pool/blocking_pool.hpp>

#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <cerrno>

#include <unistd.h>

namespace spargio {

runtime::runtime(const runtime_options& resolved)
    : core_(std::make_shared<detail::runtime_core>(resolved)), closed_(core_->all_closed.get_future().share()) {
}

std::expected<std::unique_ptr<runtime>, start_error> runtime::start(const runtime_options& options) {
    return start_from(0, options);
}

std::expected<std::unique_ptr<runtime>, start_error>
runtime::start_with_caller(const runtime_options& options) {
    return start_from(1, options);
}

std::expected<std::unique_ptr<runtime>, start_error> runtime::start_from(std::size_t first_thread,
                                                                         const runtime_options& options) {
    auto resolved = resolve(options);
    if (!resolved) return std::unexpected(std::move(resolved.error()));
    std::unique_ptr<runtime> made(new runtime(*resolved));
    detail::runtime_core& core = *made->core_;
    // All rings first: what fails, fails before anything runs.
    for (std::size_t i = 0; i < core.shard_count(); ++i)
        if (auto opened = core.at(i).open(); !opened) return std::unexpected(std::move(opened.error()));
    made->caller_owes_a_shard_ = first_thread == 1;
    if (auto started = made->start_threads(first_thread); !started)
        return std::unexpected(std::move(started.error()));
    return made;
}

std::expected<void, start_error> runtime::start_threads(std::size_t first) {
    const detail::blocked_signals during_creation;
    const std::size_t shards = core_->shard_count();
    std::size_t i = first;
    const auto given_up = [&](int os_error, const char* why) {
        core_->request_stop();
        // The shards that never got a thread count as out of the loop, or the others would wait for them.
        for (std::size_t never = i; never < shards; ++never) core_->exits.leave(never);
        return std::unexpected(start_error{errc::no_resources, os_error,
                                           "could not create thread " + std::to_string(i + 1) + " of " +
                                               std::to_string(shards) + ": " + why +
                                               ". Use fewer shards, or raise `ulimit -u`."});
    };
    try {
        threads_.reserve(shards);
        for (; i < shards; ++i) {
            // The thread keeps the core, because it may have to be left behind.
            threads_.emplace_back([core = core_, i, origin = detail::current_cpu()] {
                if (!core->options().affinity.binds()) core->at(i).start_apart_from(origin);
                run_shard(core->at(i));
                core->exits.wait_for_all();
                close_shard(core->at(i));
                if (core->gave_up()) core->at(i).close_ring(); // nobody joins this thread
            });
        }
    } catch (const std::system_error& error) {
        return given_up(error.code().value(), error.what());
    } catch (const std::bad_alloc& error) {
        return given_up(ENOMEM, error.what());
    }
    return {};
}

void runtime::run_shard(detail::shard& mine) noexcept {
    if (const int cpu = mine.core().options().affinity.cpu_for(mine.index()); cpu >= 0) mine.thread().bind(cpu);
    mine.take_over();
    mine.run_until_stopped();
    mine.leave_loop();
}

void runtime::close_shard(detail::shard& mine) noexcept {
    mine.close();
    if (mine.index() + 1 == mine.core().shard_count()) mine.core().all_closed.set_value();
}

/// Another shard does not come back, so the calling thread can't close its own, which comes after it: a thread
/// that waits for it as long as it takes does.
bool runtime::leave_closing_to_a_thread() noexcept {
    try {
        const detail::blocked_signals during_creation;
        std::thread([core = core_] {
            core->exits.wait_for_all();
            core->at(0).adopt_thread();
            close_shard(core->at(0));
            core->at(0).close_ring();
        }).detach();
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

void runtime::run_as_first_shard() noexcept {
    if (!std::exchange(caller_owes_a_shard_, false)) return;
    if (detail::shard::current() != nullptr)
        detail::misused("a thread that is a shard can't be lent to another runtime as its first shard");
    const detail::cpu_mask of_caller;
    const detail::no_sigpipe as_on_other_shards;
    detail::shard& mine = core_->at(0);
    run_shard(mine);
    if (core_->wait_for_exits() || !leave_closing_to_a_thread()) {
        core_->exits.wait_for_all();
        close_shard(mine);
    } else {
        mine.let_go_thread();
    }
    if (core_->options().affinity.binds()) of_caller.apply();
}

runtime::~runtime() {
    if (core_->inherited()) {
        leave_to_the_parent();
        return;
    }
    if (const detail::shard* const here = detail::shard::current();
        here != nullptr && &here->core() == core_.get())
        detail::misused("a runtime was destroyed on one of its shards, which would have to wait for itself");
    stop();
    run_as_first_shard(); // the others wait for every shard to close
    // Once all are out of their loops the rest is bounded.
    if (!threads_.empty() && !core_->wait_for_exits())
        for (auto& each : threads_) each.detach();
    join();
}

/// In a child of fork(2): the threads do not exist, and what they were doing in memory was cut off anywhere. So
/// nothing is joined, unlocked or destroyed; the process keeps it to its end.
void runtime::leave_to_the_parent() noexcept {
    try {
        [[maybe_unused]] const auto* const kept_threads = new std::vector<std::thread>(std::move(threads_));
        [[maybe_unused]] const auto* const kept_core = new std::shared_ptr<detail::runtime_core>(core_);
    } catch (const std::bad_alloc&) {
        ::_exit(1); // the only way left that touches nothing of the parent's
    }
}

void runtime::join() noexcept {
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    threads_.clear();
    core_->blocking().finish();
    if (core_->gave_up()) return; // a shard that was left behind closes what is its own
    for (std::size_t i = 0; i < core_->shard_count(); ++i) core_->at(i).close_ring();
}

void runtime::stop() noexcept { core_->request_stop(); }

std::shared_future<void> runtime::shutdown() noexcept {
    if (core_->inherited()) {
        std::promise<void> nothing_runs_here;
        nothing_runs_here.set_value();
        return nothing_runs_here.get_future().share();
    }
    stop();
    return closed_;
}

const runtime_options& runtime::options() const noexcept { return core_->options(); }
const capabilities& runtime::features() const noexcept { return core_->at(0).features(); }
std::size_t runtime::shards() const noexcept { return core_->shard_count(); }
shard_binding runtime::binding(std::size_t shard) const { return handle().binding(shard); }
blocking_stats runtime::blocking() const { return core_->blocking().stats(); }
shard_stats runtime::stats(std::size_t shard) const { return handle().stats(shard); }
runtime_stats runtime::stats() const { return handle().stats(); }

} // namespace spargio
