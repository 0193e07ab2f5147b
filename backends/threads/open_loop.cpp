// W38 with a thread for each connection, asleep in ppoll(2) until its next request is due or an answer has
// come. The kernel may wake a thread 50 us late (PR_SET_TIMERSLACK), which the knob timers=exact forbids it.
#include "backends/threads/sessions.hpp"
#include "backends/threads/team.hpp"
#include "workloads/peer/peer_connection.hpp"

#include <cerrno>
#include <deque>
#include <system_error>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

[[noreturn]] void fail() { throw std::system_error(errno, std::system_category(), "talking to the echo peer"); }

class connection {
public:
    connection() : socket_(connect_to_peer()) {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { ::close(socket_); }

    void move_all(open_loop_line& line) const {
        while (!line.all_back()) {
            while (!line.all_written() && now_ns() >= line.next_due_ns()) write(line.next_write());
            if (wait(line)) read(line);
        }
    }

private:
    void write(std::span<iovec> frame) const {
        // A blocking socket takes all, or says why not (send(2)).
        if (::send(socket_, frame[0].iov_base, frame[0].iov_len, MSG_NOSIGNAL) !=
            static_cast<ssize_t>(frame[0].iov_len))
            fail();
    }

    /// Whether bytes have come.
    [[nodiscard]] bool wait(const open_loop_line& line) const {
        timespec left{};
        if (!line.all_written()) {
            const std::uint64_t now = now_ns();
            const std::uint64_t due = line.next_due_ns();
            const std::uint64_t wait_ns = due > now ? due - now : 0;
            left = {.tv_sec = static_cast<time_t>(wait_ns / 1'000'000'000),
                    .tv_nsec = static_cast<long>(wait_ns % 1'000'000'000)};
        }
        pollfd interest{.fd = socket_, .events = POLLIN, .revents = 0};
        const int ready = ::ppoll(&interest, 1, line.all_written() ? nullptr : &left, nullptr);
        if (ready < 0 && errno != EINTR) fail();
        return ready > 0;
    }

    void read(open_loop_line& line) const {
        const auto room = line.room();
        const ssize_t count = ::recv(socket_, room.data(), room.size(), 0);
        if (count < 0) fail();
        line.take(static_cast<std::size_t>(count));
    }

    int socket_;
};

class open_loop_session final : public session {
public:
    open_loop_session(const open_loop_shape& shape, bool exact)
        : lines_(shape), connections_(shape.connections), team_(shape.connections) {
        if (exact) team_.run([](std::size_t) { ::prctl(PR_SET_TIMERSLACK, 1UL); });
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        lines_.begin(order);
        team_.run([this](std::size_t i) { connections_[i].move_all(lines_[i]); });
        return lines_.end(into);
    }

private:
    open_loop_lines lines_;
    std::deque<connection> connections_;
    team team_;
};

} // namespace

std::unique_ptr<session> make_open_loop(const open_loop_shape& shape, bool exact) {
    return std::make_unique<open_loop_session>(shape, exact);
}

} // namespace bench::plain_threads
