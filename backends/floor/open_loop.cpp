// W38 by hand: a thread for each worker sleeps in epoll_wait(2) until a request of its connections is due or an
// answer has come.
#include "backends/floor/crew.hpp"
#include "backends/floor/due_timers.hpp"
#include "backends/floor/sessions.hpp"
#include "backends/floor/watched_sockets.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>

namespace bench::by_hand {
namespace {

class open_loop_session final : public session {
public:
    explicit open_loop_session(const open_loop_shape& shape)
        : lines_(shape), crew_(std::min<std::size_t>(shape.workers, shape.connections)) {
        for (std::size_t i = 0; i < crew_.size(); ++i) {
            timers_.emplace_back();
            sockets_.emplace_back();
        }
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            const std::size_t worker = i % crew_.size();
            sockets_[worker].add(i);
            timers_[worker].add(sockets_[worker]);
        }
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        lines_.begin(order);
        crew_.run_throwing([this](std::size_t worker) { move_all(worker); });
        return lines_.end(into);
    }

private:
    void move_all(std::size_t worker) {
        while (!write_what_is_due(worker) || !all_back(worker))
            sockets_[worker].wait([&](std::size_t place, std::size_t one) {
                lines_[one].take(sockets_[worker].read(place, lines_[one].room()));
            });
    }

    /// Sets a timer for what is not yet due. Whether all is written.
    bool write_what_is_due(std::size_t worker) {
        bool all = true;
        for (std::size_t i = worker; i < lines_.size(); i += crew_.size()) {
            auto& line = lines_[i];
            const std::size_t place = i / crew_.size();
            while (!line.all_written() && line.next_due_ns() <= now_ns())
                sockets_[worker].write(place, line.next_write().front());
            timers_[worker].set(place, line.all_written() ? due_timers::never : line.next_due_ns());
            all &= line.all_written();
        }
        return all;
    }

    [[nodiscard]] bool all_back(std::size_t worker) {
        for (std::size_t i = worker; i < lines_.size(); i += crew_.size())
            if (!lines_[i].all_back()) return false;
        return true;
    }

    open_loop_lines lines_;
    std::deque<due_timers> timers_; // of each worker
    std::deque<watched_sockets> sockets_;
    crew crew_;
};

} // namespace

std::unique_ptr<session> make_open_loop(const open_loop_shape& shape) {
    return std::make_unique<open_loop_session>(shape);
}

} // namespace bench::by_hand
