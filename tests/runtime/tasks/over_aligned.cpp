// Not part of a test program: each CASE but 0 must not compile, and says what to do instead. A case includes
// what it is about and no more, as seven compilations of everything take half a minute.
#include <array>
#include <memory>

#if CASE == 0
#include <spargio/sync/channel.hpp>
#include <spargio/tasks/task.hpp>
#elif CASE == 1
#include <spargio/tasks/task.hpp>
#elif CASE == 2
#include <spargio/sync/channel.hpp>
#elif CASE == 3
#include <spargio/tasks/spawn_blocking.hpp>
#elif CASE == 4
#include <spargio/tasks/spawn_local.hpp>
#elif CASE == 5
#include <spargio/boundary/channel.hpp>
#elif CASE == 6
#include <spargio/tasks/task_group.hpp>
#endif

struct alignas(64) wide {
    std::array<int, 16> numbers;
};

#if CASE == 0
spargio::task<std::unique_ptr<wide>> makes() { co_return std::make_unique<wide>(); }
spargio::task<> uses() {
    spargio::channel<std::unique_ptr<wide>> to(1);
    (void)co_await to.send(co_await makes());
}
#elif CASE == 1
spargio::task<wide> makes() { co_return wide{}; }
#elif CASE == 2
void sends() { spargio::channel<wide> to(1); }
#elif CASE == 3
void blocks() {
    const wide captured{};
    auto started = spargio::spawn_blocking([captured] { return captured.numbers[0]; });
    static_cast<void>(started);
}
#elif CASE == 4
void builds() {
    const wide captured{};
    spargio::spawn_local([captured]() -> spargio::task<int> { co_return captured.numbers[0]; }).detach();
}
#elif CASE == 5
void calls() { const auto ends = spargio::boundary::channel<wide, int>(1); }
#elif CASE == 6
spargio::task<> groups() {
    const wide captured{};
    return spargio::in_group([captured](spargio::task_group&) -> spargio::task<> { co_return; });
}
#endif
