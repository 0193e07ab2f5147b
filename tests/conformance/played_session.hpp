// A session of the family serve whose load generator is the test, and clients that it plays.
#pragma once

#include "tests/conformance/cases.hpp"

#include "workloads/cases/serve.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/loopback_listener.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>

namespace conformance {

/// A connection to a server, with calls that block: for so many seconds at most, where an answer is waited for.
class raw_client {
public:
    static constexpr int patience_s = 60;

    /// Throws std::runtime_error where nobody listens.
    explicit raw_client(std::uint64_t port);
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client();

    /// What the socket takes at once.
    void send(const void* bytes, std::size_t count) const;
    /// Whether so much came.
    [[nodiscard]] bool receive(std::span<std::byte> into) const;
    /// Whether the next that comes is the end, in order or by a reset.
    [[nodiscard]] bool is_at_end() const;
    void end_sending() const;
    /// At its end it resets.
    void set_reset() const;

private:
    int socket_;
};

class played_session {
public:
    explicit played_session(const combination& one);
    played_session(const played_session&) = delete;
    played_session& operator=(const played_session&) = delete;
    ~played_session();

    /// Why there is none.
    [[nodiscard]] const std::optional<std::string>& refusal() const noexcept { return refusal_; }

    /// Begins a slice; what the session asks the load generator for. Throws std::runtime_error where it does
    /// not.
    const bench::serve_request& begin();
    /// Ends the slice by that answer, and gives what the session says then. Throws what the slice threw.
    bench::slice_outcome end(const bench::serve_answer& answer);
    /// Destroys the session.
    void close();

private:
    bench::loopback_listener control_;
    std::optional<std::string> refusal_;
    std::unique_ptr<bench::session> session_;
    int socket_ = -1; ///< the session's, at the load generator
    bench::serve_request request_{};
    bench::recorder latencies_{2};
    bench::slice_outcome said_;
    std::string complaint_;
    std::jthread running_;
};

} // namespace conformance
