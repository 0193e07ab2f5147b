// W38: echo requests at a rate that is fixed ahead, whatever becomes of the earlier ones.
//
// Request n of a slice is due at its start plus n intervals and goes out on connection n modulo their number.
// Its latency counts from when it was due, not from when it was sent, so a stall that holds requests up is
// counted with each of them (no coordinated omission; Gil Tene, "How NOT to Measure Latency", 2013). A runtime
// that is asleep when a request is due sends late, by whatever its timers make of it, and that counts as well.
#pragma once

#include "workloads/measure/recorder.hpp"
#include "workloads/traffic/flow_set.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bench {

/// The shape of a slice, read from the parameters once, before the timing.
struct open_loop_shape {
    std::uint64_t connections;
    std::uint64_t requests; ///< of an iteration
    std::uint64_t rate;     ///< requests in a second, over all connections
    std::uint64_t frame_bytes;
    std::size_t workers;

    static open_loop_shape read(const parameters& values);

    /// Of so many requests in all, those that go out on one connection.
    [[nodiscard]] std::uint64_t requests_of(std::uint64_t connection, std::uint64_t all) const noexcept {
        return dealt_to(connection, connections, all);
    }
};

/// The requests of one connection during a slice. One thread at a time writes and one reads; both together only
/// where they are the same.
class open_loop_line {
public:
    open_loop_line(const open_loop_shape& shape, std::uint64_t connection);

    void begin(const slice_order& order, std::uint64_t start_ns);

    [[nodiscard]] bool all_written() const noexcept { return flow_.sent() == requests_; }
    [[nodiscard]] bool all_back() const noexcept { return flow_.frames() == requests_; }
    /// When the next request is to be written (now_ns()). Not after the last.
    [[nodiscard]] std::uint64_t next_due_ns() const noexcept { return due_ns(flow_.sent()); }
    /// The next request's frame, which counts as written. Valid until the next call.
    [[nodiscard]] std::span<iovec> next_write() noexcept { return flow_.next_write(); }
    /// Where to read into.
    [[nodiscard]] std::span<std::byte> room() noexcept { return flow_.room(); }
    /// So many bytes were read there. Throws std::runtime_error for none: the peer has gone.
    void take(std::size_t bytes);

private:
    friend class open_loop_lines;
    [[nodiscard]] std::uint64_t due_ns(std::uint64_t request) const noexcept {
        return start_ns_ + (request * shape_.connections + connection_) * 1'000'000'000 / shape_.rate;
    }

    const open_loop_shape shape_;
    const std::uint64_t connection_;
    frame_flow flow_;
    std::uint64_t start_ns_ = 0;
    std::uint64_t requests_ = 0;
    bool record_ = false;
    std::vector<std::uint64_t> latencies_ns_; // kept here, since a recorder's lane is for one thread
};

/// Those of a session.
class open_loop_lines {
public:
    explicit open_loop_lines(const open_loop_shape& shape);
    [[nodiscard]] open_loop_line& operator[](std::size_t index) noexcept { return *lines_[index]; }
    [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }

    /// The first request of a slice is due a little later than this is called, so that all threads are awake.
    void begin(const slice_order& order);
    /// When all is back: what was done. The latencies go into lane 0, if they were asked for.
    [[nodiscard]] slice_outcome end(recorder& into);

private:
    std::vector<std::unique_ptr<open_loop_line>> lines_;
};

[[nodiscard]] std::vector<workload> open_loop_workloads();

} // namespace bench
