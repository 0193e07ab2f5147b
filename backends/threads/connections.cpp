// W39 with a thread for each connection, asleep in recv(2), as far as the machine has threads. The caller of
// the slice writes, and sleeps until the last answer of an iteration has come.
#include "backends/threads/sessions.hpp"
#include "workloads/ground/connection_memory.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/peer_connection.hpp"

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

class connections_session final : public session {
public:
    explicit connections_session(const connections_shape& shape) : shape_(shape), flows_(shape.streams()) {
        written_ns_.resize(shape.connections);
        taken_ns_.resize(shape.connections);
        sockets_.reserve(shape.connections); // threads look there while it grows
        threads_.reserve(shape.connections);
        try {
            memory_ = measure_connections(*this, shape, 1, [&] {
                for (std::uint64_t i = 0; i < shape.connections; ++i) {
                    sockets_.push_back(connect_to_peer());
                    threads_.emplace_back([this, i] { read_for_ever(i); });
                }
            });
        } catch (...) {
            end();
            throw;
        }
    }
    ~connections_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder& into) override {
        flows_.reset(order.seed);
        for (std::uint64_t i = 0; i < order.iterations; ++i) move_iteration(i, order.record_latency, into);
        return flows_.outcome();
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{connection_memory, memory_}};
    }

private:
    void end() noexcept {
        for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR); // ends every recv
        for (auto& thread : threads_) thread.join();
        for (const int socket : sockets_) ::close(socket);
    }

    void move_iteration(std::uint64_t iteration, bool record, recorder& into) {
        timed_ = record;
        waited_for_.fetch_add(shape_.active, std::memory_order_relaxed); // 0 before, or `broken`
        for (std::uint64_t place = 0; place < shape_.active; ++place) {
            const std::uint64_t one = shape_.active_one(iteration, place);
            flows_[one].begin_step(1);
            const auto frame = flows_[one].next_write();
            if (record) written_ns_[one] = now_ns();
            // A blocking socket takes all, or says why not (send(2)).
            if (::send(sockets_[one], frame[0].iov_base, frame[0].iov_len, MSG_NOSIGNAL) !=
                static_cast<ssize_t>(frame[0].iov_len))
                throw std::system_error(errno, std::system_category(), "talking to the echo peer");
        }
        for (auto left = waited_for_.load(std::memory_order_acquire); left != 0;
             left = waited_for_.load(std::memory_order_acquire)) {
            if (left >= broken) throw std::runtime_error("a connection to the echo peer has ended");
            waited_for_.wait(left, std::memory_order_acquire);
        }
        if (!record) return;
        for (std::uint64_t place = 0; place < shape_.active; ++place) {
            const std::uint64_t one = shape_.active_one(iteration, place);
            into.lane(0).record(taken_ns_[one] - written_ns_[one]);
        }
    }

    void read_for_ever(std::uint64_t index) {
        auto& flow = flows_[index];
        for (;;) {
            // The room does not move, so it may be asked for while the caller begins another step.
            const auto room = flow.room();
            const ssize_t count = ::recv(sockets_[index], room.data(), room.size(), 0);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            flow.take(static_cast<std::size_t>(count));
            if (!flow.step_done()) continue;
            if (timed_) taken_ns_[index] = now_ns();
            if (waited_for_.fetch_sub(1, std::memory_order_acq_rel) == 1) waited_for_.notify_one();
        }
        waited_for_.fetch_add(broken, std::memory_order_release);
        waited_for_.notify_one();
    }

    const connections_shape shape_;
    flow_set flows_;
    std::vector<std::uint64_t> written_ns_, taken_ns_;
    bool timed_ = false; // written before the frames are, read by the threads that got one
    std::string memory_;
    /// Added by each connection that ends. Far above any count of answers: a waiting caller sleeps on while it
    /// finds the number that it left, and one more for the end and one less for an answer would be that.
    static constexpr std::uint64_t broken = std::uint64_t{1} << 32;
    alignas(128) std::atomic<std::uint64_t> waited_for_{0};
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<session> make_connections(const connections_shape& shape) {
    return std::make_unique<connections_session>(shape);
}

} // namespace bench::plain_threads
