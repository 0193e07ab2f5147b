// W30–W36 by hand: a worker with one busy connection blocks in recv(2), one with more waits for any of them
// with epoll(7). Writes block: the window fits into the socket's buffer. Nothing here can go wrong but the
// peer. Messages to an owner (W35) wait until all have come to the end of the step, where the owner takes them.
// With peer=self the thread of a connection is its server as well, in turn with the client: what one side has
// written is there for the other, and no thread is woken.
#include "backends/floor/crew.hpp"
#include "backends/floor/sessions.hpp"
#include "workloads/peer/own_listener.hpp"
#include "workloads/peer/peer_connection.hpp"
#include "workloads/traffic/flow_set.hpp"
#include "workloads/traffic/keyed_messages.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench::by_hand {
namespace {

[[noreturn]] void fail(const char* call) { throw std::system_error(errno, std::system_category(), call); }

/// The connections of one worker, one step at a time.
class lane_of_streams {
public:
    lane_of_streams() : any_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (any_ < 0) fail("epoll_create1");
    }
    lane_of_streams(const lane_of_streams&) = delete;
    lane_of_streams& operator=(const lane_of_streams&) = delete;
    ~lane_of_streams() {
        for (const auto& each : streams_) {
            ::close(each.socket);
            if (each.server >= 0) ::close(each.server);
        }
        ::close(any_);
    }

    void add(std::uint64_t index, frame_flow& flow) {
        streams_.push_back({.socket = connect_to_peer(), .index = index, .flow = &flow});
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.u64 = streams_.size() - 1;
        if (::epoll_ctl(any_, EPOLL_CTL_ADD, streams_.back().socket, &interest) != 0) fail("epoll_ctl");
    }

    /// With both ends here.
    void add(std::uint64_t index, frame_flow& flow, const own_listener& listener) {
        streams_.push_back({.socket = connect_to_peer(listener.port()), .index = index, .flow = &flow});
        streams_.back().server = listener.accept();
        chunk_.resize(echo_chunk_bytes);
    }

    /// A step whose echoes are made here.
    void serve_step(const stream_shape& shape, std::uint64_t step, histogram* latencies) {
        for (auto& each : streams_) each.flow->begin_step(shape.frames_of(each.index, step));
        for (bool moved = true; moved;) {
            moved = false;
            for (auto& each : streams_) {
                if (each.flow->step_done()) continue;
                serve_turn(each, latencies);
                moved = true;
            }
        }
    }

    void move_step(const stream_shape& shape, std::uint64_t step, histogram* latencies) {
        std::size_t busy = 0;
        one* last = nullptr;
        for (auto& each : streams_) {
            each.flow->begin_step(shape.frames_of(each.index, step));
            if (each.flow->step_done()) continue;
            ++busy;
            last = &each;
        }
        if (busy == 1) return move_one(*last, latencies);
        for (auto& each : streams_) write_window(each);
        while (busy != 0) {
            std::array<epoll_event, 64> ready;
            const int count = ::epoll_wait(any_, ready.data(), static_cast<int>(ready.size()), -1);
            if (count < 0 && errno != EINTR) fail("epoll_wait");
            for (int i = 0; i < count; ++i) {
                one& stream = streams_[ready[static_cast<std::size_t>(i)].data.u64];
                read_once(stream);
                do write_window(stream);
                while (stream.flow->compute_next());
                if (stream.flow->step_done()) --busy;
            }
        }
    }

    /// Of a step that has ended, for its owner.
    void give_messages(counter_table& to) {
        to.apply(messages_);
        messages_.clear();
    }

private:
    struct one {
        int socket;
        std::uint64_t index;
        frame_flow* flow;
        int server = -1; ///< the other end of the connection, where that is here
    };

    /// What the window lets out goes there and comes back, as much as is echoed at once.
    void serve_turn(one& stream, histogram* latencies) {
        const std::uint64_t sent_ns = latencies != nullptr ? now_ns() : 0;
        const std::uint64_t before = stream.flow->frames();
        write_window(stream);
        const ssize_t count = ::recv(stream.server, chunk_.data(), chunk_.size(), 0);
        if (count <= 0) fail("recv");
        const auto bytes = static_cast<std::size_t>(count);
        if (::send(stream.server, chunk_.data(), bytes, MSG_NOSIGNAL) != count) fail("send");
        for (std::size_t left = bytes; left != 0;) left -= read_once(stream);
        if (latencies != nullptr && stream.flow->frames() != before) latencies->record(now_ns() - sent_ns);
    }

    void move_one(one& stream, histogram* latencies) {
        std::uint64_t sent_ns = 0;
        while (!stream.flow->step_done()) {
            if (latencies != nullptr && stream.flow->may_write() != 0) sent_ns = now_ns();
            write_window(stream);
            if (stream.flow->compute_next()) continue;
            const std::uint64_t before = stream.flow->frames();
            read_once(stream);
            if (latencies != nullptr && stream.flow->frames() != before) latencies->record(now_ns() - sent_ns);
        }
    }

    std::size_t read_once(one& stream) {
        const auto room = stream.flow->room();
        const ssize_t count = ::recv(stream.socket, room.data(), room.size(), 0);
        if (count < 0) fail("recv");
        stream.flow->take(static_cast<std::size_t>(count));
        for (auto batch = stream.flow->next_batch(); !batch.empty(); batch = stream.flow->next_batch())
            messages_.insert(messages_.end(), batch.begin(), batch.end());
        return static_cast<std::size_t>(count);
    }

    static void write_window(one& stream) {
        for (auto parts = stream.flow->next_write(); !parts.empty(); parts = stream.flow->next_write()) {
            std::size_t bytes = 0;
            for (const auto& part : parts) bytes += part.iov_len;
            ssize_t sent = 0;
            if (parts.size() == 1) {
                sent = ::send(stream.socket, parts[0].iov_base, bytes, MSG_NOSIGNAL);
            } else {
                msghdr message{};
                message.msg_iov = parts.data();
                message.msg_iovlen = parts.size();
                sent = ::sendmsg(stream.socket, &message, MSG_NOSIGNAL);
            }
            // A blocking socket takes all, or says why not (send(2)).
            if (sent != static_cast<ssize_t>(bytes)) fail("send");
        }
    }

    int any_;
    std::vector<one> streams_;
    std::vector<std::uint64_t> messages_; // of the step
    std::vector<std::byte> chunk_;        // of the servers
};

class stream_session final : public session {
public:
    explicit stream_session(const stream_shape& shape)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys), lanes_(lanes_for(shape)),
          crew_(lanes_.size()) {
        std::optional<own_listener> self;
        if (shape.serves_itself) self.emplace();
        for (std::uint64_t i = 0; i < shape.streams; ++i) {
            auto& lane = lanes_[i % lanes_.size()];
            self ? lane.add(i, flows_[i], *self) : lane.add(i, flows_[i]);
        }
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        tables_.reset();
        histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
        meeting_.store(0, std::memory_order_relaxed);
        failed_.store(false, std::memory_order_relaxed);
        crew_.run([&](std::size_t worker) { move_all(worker, order, latencies); });
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        slice_outcome done = flows_.outcome();
        done.checksum += tables_.checksum();
        return done;
    }

private:
    /// Where frames are computed on, a thread for each connection: the kernel puts those that compute side by
    /// side, which no fixed share of the connections does.
    static std::size_t lanes_for(const stream_shape& shape) {
        return shape.computes() ? shape.streams : std::min<std::size_t>(shape.workers, shape.streams);
    }

    void move_all(std::size_t worker, const slice_order& order, histogram* latencies) {
        std::uint64_t met = 0;
        for (std::uint64_t i = 0; i < order.iterations; ++i)
            for (std::uint64_t step = 0; step < shape_.steps; ++step) {
                try {
                    if (!failed_.load(std::memory_order_relaxed)) move_step(worker, step, latencies);
                } catch (...) {
                    if (!failed_.exchange(true)) failure_ = std::current_exception();
                }
                if (shape_.owners == 0)
                    meet(met += lanes_.size());
                else
                    meet_owner(worker, step, met += lanes_.size());
            }
    }

    void move_step(std::size_t worker, std::uint64_t step, histogram* latencies) {
        if (shape_.serves_itself)
            lanes_[worker].serve_step(shape_, step, latencies);
        else
            lanes_[worker].move_step(shape_, step, latencies);
    }

    /// Until so many have come here. Asleep: the peer wants the CPU.
    void meet(std::uint64_t all) {
        if (meeting_.fetch_add(1, std::memory_order_acq_rel) + 1 == all) {
            meeting_.notify_all();
            return;
        }
        await_meeting(all);
    }

    void await_meeting(std::uint64_t least) {
        for (std::uint64_t here = meeting_.load(std::memory_order_acquire); here < least;
             here = meeting_.load(std::memory_order_acquire))
            meeting_.wait(here, std::memory_order_acquire);
    }

    /// As meet(), but the step's owner comes last and applies what the others have brought.
    void meet_owner(std::size_t worker, std::uint64_t step, std::uint64_t all) {
        const std::uint64_t owner = shape_.owner_of(step);
        if (worker != owner % lanes_.size()) {
            if (meeting_.fetch_add(1, std::memory_order_acq_rel) + 2 == all) meeting_.notify_all();
            return await_meeting(all);
        }
        await_meeting(all - 1);
        for (auto& lane : lanes_) lane.give_messages(tables_[owner]);
        meet(all);
    }

    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    std::deque<lane_of_streams> lanes_;
    std::atomic<std::uint64_t> meeting_{0};
    std::atomic<bool> failed_{false};
    std::exception_ptr failure_;
    crew crew_;
};

} // namespace

std::unique_ptr<session> make_streams(const stream_shape& shape) {
    return std::make_unique<stream_session>(shape);
}

} // namespace bench::by_hand
