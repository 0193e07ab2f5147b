#include <spargio/shard/runtime.hpp>

#include <spargio/shard/runtime_core.hpp>

#include <cerrno>
#include <cstring>
#include <latch>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <csignal>
#include <pthread.h>

namespace spargio {
namespace {

/// Blocks every signal while threads are made, so that the process's signals go to the threads that were there before
/// (hazards: a signal that hits a waiting shard ends its wait).
class blocked_signals {
public:
    blocked_signals() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    blocked_signals(const blocked_signals&) = delete;
    blocked_signals& operator=(const blocked_signals&) = delete;

private:
    sigset_t before_;
};

/// The first error of several threads.
class first_error {
public:
    void set(start_error error) {
        const std::lock_guard hold(lock_);
        if (!error_) error_ = std::move(error);
    }
    [[nodiscard]] std::optional<start_error> take() {
        const std::lock_guard hold(lock_);
        return std::move(error_);
    }

private:
    std::mutex lock_;
    std::optional<start_error> error_;
};

} // namespace

runtime::runtime(const runtime_options& resolved)
    : core_(std::make_shared<runtime_core>(resolved)), closed_(all_closed_.get_future().share()) {}

std::expected<std::unique_ptr<runtime>, start_error> runtime::start(const runtime_options& options) {
    auto resolved = resolve(options);
    if (!resolved) return std::unexpected(std::move(resolved.error()));
    std::unique_ptr<runtime> made(new runtime(*resolved));

    // Shared with the threads: they may still be in count_down() when this function returns.
    struct start_up {
        explicit start_up(std::ptrdiff_t count) : ready(count) {}
        std::latch ready;
        first_error failure;
    };
    const auto shards = static_cast<std::ptrdiff_t>(made->core_->shard_count());
    const auto start = std::make_shared<start_up>(shards);
    const auto body = [start, core = made->core_, all_closed = &made->all_closed_](std::size_t index) {
        shard& mine = core->at(index);
        if (auto opened = mine.open(); !opened) {
            start->failure.set(std::move(opened.error()));
            core->request_stop();
        }
        start->ready.count_down();
        if (mine.running()) mine.run_until_stopped();
        mine.close();
        if (index + 1 == core->shard_count()) all_closed->set_value();
    };
    {
        const blocked_signals during_creation;
        made->threads_.reserve(made->core_->shard_count());
        for (std::size_t i = 0; i < made->core_->shard_count(); ++i) {
            try {
                made->threads_.emplace_back(body, i);
            } catch (const std::system_error& error) {
                start->failure.set({errc::no_resources, error.code().value(),
                                    "could not create thread " + std::to_string(i + 1) + " of " +
                                        std::to_string(shards) + ": " + error.what() +
                                        ". Use fewer shards, or raise `ulimit -u`."});
                made->core_->request_stop();
                // The shards that never got a thread count as out of the loop, or the others would wait for them.
                made->core_->out_of_loop.fetch_add(static_cast<std::uint32_t>(shards - static_cast<std::ptrdiff_t>(i)));
                made->core_->out_of_loop.notify_all();
                start->ready.count_down(shards - static_cast<std::ptrdiff_t>(i));
                break;
            }
        }
    }
    start->ready.wait();
    if (auto error = start->failure.take()) return std::unexpected(std::move(*error));
    return made;
}

runtime::~runtime() {
    stop();
    join();
}

void runtime::join() noexcept {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void runtime::stop() noexcept { core_->request_stop(); }

std::shared_future<void> runtime::shutdown() noexcept {
    stop();
    return closed_;
}

const runtime_options& runtime::options() const noexcept { return core_->options(); }
const capabilities& runtime::features() const noexcept { return core_->at(0).features(); }
std::size_t runtime::shards() const noexcept { return core_->shard_count(); }
shard_stats runtime::stats(std::size_t shard) const { return handle().stats(shard); }

void runtime_handle::stop() const noexcept { core_->request_stop(); }
std::size_t runtime_handle::shards() const noexcept { return core_->shard_count(); }
shard_stats runtime_handle::stats(std::size_t shard) const {
    if (shard >= core_->shard_count())
        throw std::out_of_range("shard " + std::to_string(shard) + " of " + std::to_string(core_->shard_count()));
    return core_->at(shard).stats();
}

} // namespace spargio
