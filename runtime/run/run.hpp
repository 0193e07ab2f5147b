// The short way in: run one task on a new runtime and stop (R4).
#pragma once

#include <spargio/run/runtime.hpp>

#include <stdexcept>
#include <type_traits>
#include <utility>

namespace spargio {

/// Thrown by run() when the runtime can't start. what() names cause and remedy.
class cannot_start : public std::runtime_error {
public:
    explicit cannot_start(start_error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    /// The same as a value, with its errc. Lives as long as the exception.
    [[nodiscard]] const start_error& error() const noexcept { return error_; }

private:
    start_error error_;
};

namespace detail {

/// Ends the program, with a message, when the calling thread is a shard, of whatever runtime.
void insist_on_no_task() noexcept;

/// Asks its runtime to stop when it goes.
class stop_at_end {
public:
    explicit stop_at_end(runtime_handle whom) noexcept : whom_(std::move(whom)) {}
    ~stop_at_end() { whom_.stop(); }
    stop_at_end(const stop_at_end&) = delete;
    stop_at_end& operator=(const stop_at_end&) = delete;

private:
    runtime_handle whom_;
};

template <class T>
task<T> run_then_stop(runtime_handle whom, task<T> root) {
    const stop_at_end at_end(std::move(whom));
    co_return co_await std::move(root);
}

} // namespace detail

/// Starts a runtime, runs `fn()`, which returns a task, on `where`, stops the runtime and gives the task's
/// result or throws its exception. The calling thread serves as shard 0 meanwhile; inside a task, whose shard
/// it would block, it ends the program, with a message. Tasks that are still running when the root is done get
/// options.stop_grace. Throws cannot_start, and task_stopped when the root was stopped, or left behind, see
/// runtime::~runtime(). `fn` is called on the calling thread and stays until the end, so a coroutine lambda may
/// use its captures. Blocks the thread all the while, and its SIGPIPE, see runtime::run_as_first_shard(). Cost:
/// that of runtime::start(), for one thread less.
template <class Function>
auto run_placed(const runtime_options& options, placement where, Function&& fn) {
    detail::insist_on_no_task();
    auto started = runtime::start_with_caller(options);
    if (!started) throw cannot_start(std::move(started.error()));
    auto handle =
        (*started)->spawn(detail::run_then_stop((*started)->handle(), std::forward<Function>(fn)()), where);
    (*started)->run_as_first_shard();
    if (!handle.ready() && !(*started)->handle().left_behind().empty()) throw task_stopped();
    return std::move(handle).get();
}

/// run_placed() with a stealable root task: `return spargio::run({.shards = 4}, [] { return serve(7001); });`
template <class Function>
auto run(const runtime_options& options, Function&& fn) {
    return run_placed(options, stealable{}, std::forward<Function>(fn));
}

/// run_placed() with the root task pinned to one shard.
template <class Function>
auto run_on(const runtime_options& options, std::uint32_t shard, Function&& fn) {
    return run_placed(options, pinned{shard}, std::forward<Function>(fn));
}

} // namespace spargio

/// `SPARGIO_MAIN(async_main)`: a main() that runs `spargio::task<int> async_main(int argc, char** argv)` with
/// default options. Prints why and returns 70 (EX_SOFTWARE) when the runtime can't start. An exception of the
/// task leaves main().
#define SPARGIO_MAIN(async_main)                                                                               \
    int main(int argc, char** argv) {                                                                          \
        return spargio::detail::run_main([&] { return async_main(argc, argv); });                              \
    }

namespace spargio::detail {

/// Prints the message of a failed start to standard error and gives the exit code.
int report_failed_start(const cannot_start& why) noexcept;

template <class Function>
int run_main(Function&& fn) {
    try {
        return run({}, std::forward<Function>(fn));
    } catch (const cannot_start& why) {
        return report_failed_start(why);
    }
}

} // namespace spargio::detail
