// W38 by hand: a thread for each worker sleeps in epoll_pwait2(2) until the next request of its connections is
// due or an answer has come. No slack on its timers (PR_SET_TIMERSLACK): by default the kernel may wake a
// thread 50 us late.
#include "backends/floor/crew.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/watched_sockets.hpp"

#include <algorithm>
#include <deque>
#include <limits>

#include <sys/prctl.h>

namespace bench::by_hand {
namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

class open_loop_session final : public session {
public:
    explicit open_loop_session(const open_loop_shape& shape)
        : lines_(shape), crew_(std::min<std::size_t>(shape.workers, shape.connections)) {
        for (std::size_t i = 0; i < crew_.size(); ++i) sockets_.emplace_back();
        for (std::size_t i = 0; i < lines_.size(); ++i) sockets_[i % crew_.size()].add(i);
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        lines_.begin(order);
        crew_.run_throwing([this](std::size_t worker) { move_all(worker); });
        return lines_.end(into);
    }

private:
    void move_all(std::size_t worker) {
        ::prctl(PR_SET_TIMERSLACK, 1UL);
        auto& sockets = sockets_[worker];
        for (;;) {
            const std::uint64_t next_ns = write_what_is_due(worker);
            if (next_ns == never && all_back(worker)) return;
            const std::uint64_t now = now_ns();
            const std::uint64_t left_ns = next_ns > now ? next_ns - now : 0;
            const timespec left{.tv_sec = static_cast<time_t>(left_ns / 1'000'000'000),
                                .tv_nsec = static_cast<long>(left_ns % 1'000'000'000)};
            sockets.wait(next_ns == never ? nullptr : &left, [&](std::size_t place, std::size_t one) {
                lines_[one].take(sockets.read(place, lines_[one].room()));
            });
        }
    }

    /// When there is more to write; never: all is written.
    std::uint64_t write_what_is_due(std::size_t worker) {
        std::uint64_t next_ns = never;
        for (std::size_t i = worker; i < lines_.size(); i += crew_.size()) {
            auto& line = lines_[i];
            while (!line.all_written() && line.next_due_ns() <= now_ns())
                sockets_[worker].write(i / crew_.size(), line.next_write().front());
            if (!line.all_written()) next_ns = std::min(next_ns, line.next_due_ns());
        }
        return next_ns;
    }

    [[nodiscard]] bool all_back(std::size_t worker) {
        for (std::size_t i = worker; i < lines_.size(); i += crew_.size())
            if (!lines_[i].all_back()) return false;
        return true;
    }

    open_loop_lines lines_;
    std::deque<watched_sockets> sockets_;
    crew crew_;
};

} // namespace

std::unique_ptr<session> make_open_loop(const open_loop_shape& shape) {
    return std::make_unique<open_loop_session>(shape);
}

} // namespace bench::by_hand
