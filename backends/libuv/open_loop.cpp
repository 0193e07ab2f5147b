// W38 with a loop a worker and a timer a connection. libuv's own count milliseconds, so a request goes out up
// to one late, together with all that have become due meanwhile: that is how libuv keeps time. The knob
// timers=exact has the loop watch a timerfd instead.
#include "backends/libuv/due_timer.hpp"
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/peer_socket.hpp"
#include "backends/libuv/sessions.hpp"

#include <deque>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench::on_libuv {
namespace {

/// One connection's requests. The loop closes the handles, so this outlives it.
class requester {
public:
    requester(open_loop_line& line, shared_end& end, timer_kind timers)
        : line_(line), end_(end), socket_([this] { return line_.room(); }, [this](ssize_t n) { take(n); }),
          timer_(timers, [this] { write(); }) {}
    requester(const requester&) = delete;
    requester& operator=(const requester&) = delete;
    ~requester() = default;

    /// Before the loop runs.
    void open_on(event_loop& loop) {
        socket_.open_on(loop);
        timer_.open_on(loop);
    }

    /// On the loop's thread.
    void begin() {
        if (line_.all_back()) return end_.end(); // it has none
        write();
    }

private:
    void write() {
        try {
            while (!line_.all_written()) {
                const std::uint64_t now = now_ns();
                const std::uint64_t due = line_.next_due_ns();
                if (now < due) return timer_.set(due - now);
                socket_.write(line_.next_write().front());
            }
            timer_.clear();
        } catch (...) {
            end_.fail(std::current_exception());
        }
    }

    void take(ssize_t count) {
        try {
            if (count < 0)
                throw std::runtime_error(std::string("talking to the echo peer: ") +
                                         uv_strerror(static_cast<int>(count)));
            line_.take(static_cast<std::size_t>(count));
            if (line_.all_back()) end_.end();
        } catch (...) {
            end_.fail(std::current_exception());
        }
    }

    open_loop_line& line_;
    shared_end& end_;
    peer_socket socket_;
    due_timer timer_;
};

class open_loop_session final : public session {
public:
    open_loop_session(const open_loop_shape& shape, timer_kind timers)
        : workers_(shape.workers), lines_(shape) {
        for (std::size_t i = 0; i < workers_; ++i) loops_.emplace_back();
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            requesters_.emplace_back(lines_[i], end_, timers);
            requesters_.back().open_on(loops_[i % workers_].loop());
        }
        for (auto& loop : loops_) loop.start();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        lines_.begin(order);
        end_.run(lines_.size(), [this] {
            for (std::size_t worker = 0; worker < workers_; ++worker)
                loops_[worker].post([this, worker] {
                    for (std::size_t i = worker; i < lines_.size(); i += workers_) requesters_[i].begin();
                });
        });
        return lines_.end(into);
    }

private:
    const std::size_t workers_;
    open_loop_lines lines_;
    shared_end end_;
    std::deque<requester> requesters_; // they outlive the loops
    std::deque<loop_thread> loops_;
};

} // namespace

std::unique_ptr<session> make_open_loop(const open_loop_shape& shape, timer_kind timers) {
    return std::make_unique<open_loop_session>(shape, timers);
}

} // namespace bench::on_libuv
