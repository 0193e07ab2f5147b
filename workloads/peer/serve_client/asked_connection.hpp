// A connection of the load generator: requests under way in their order, and the answer that comes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench::serve_client {

/// A request that has been sent, or is to be.
struct asked_request {
    std::uint64_t number;
    std::uint64_t begun_ns; ///< from when its latency counts; 0: it does not
};

/// A socket that is reset when it goes: neither side keeps it in TIME_WAIT.
class asked_connection {
public:
    asked_connection(std::size_t answer_bytes, std::size_t depth);
    asked_connection(const asked_connection&) = delete;
    asked_connection& operator=(const asked_connection&) = delete;
    ~asked_connection();

    /// Connects to that port of 127.0.0.1, and never blocks from then on. False: errno says why.
    [[nodiscard]] bool open(std::uint16_t port);
    [[nodiscard]] int socket() const noexcept { return socket_; }

    /// Requests that may be sent before an answer comes.
    [[nodiscard]] std::size_t room() const noexcept { return under_way_.size() - count_; }

    /// Notes a request that the next send() carries. There is room.
    void note(const asked_request& request) noexcept;
    /// Sends requests. False: errno says why; what the socket does not take at once is EMSGSIZE, which the
    /// sizes of its buffers rule out.
    [[nodiscard]] bool send(std::span<const std::byte> requests) const;

    /// Reads what is there. False: errno says why; the server's end, and bytes that nobody asked for, are
    /// EPROTO.
    [[nodiscard]] bool receive();
    /// The next whole answer, valid until the next receive(); empty: there is none yet.
    [[nodiscard]] std::span<const std::byte> next_answer() noexcept;
    /// The request that next_answer() has just answered.
    [[nodiscard]] const asked_request& answered() const noexcept { return answered_; }

private:
    const std::size_t answer_bytes_;
    int socket_ = -1;
    std::vector<asked_request> under_way_; ///< a ring
    std::size_t oldest_ = 0;
    std::size_t count_ = 0;
    asked_request answered_{};
    std::vector<std::byte> came_; ///< room for all answers under way, and one byte too many
    std::size_t got_ = 0;
    std::size_t taken_ = 0; ///< of them, by next_answer()
};

} // namespace bench::serve_client
