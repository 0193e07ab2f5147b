// An echo peer that breaks each of its connections off on purpose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>

namespace conformance {

enum class peer_fault {
    reset, ///< the connection is reset (RST), whatever is still under way
    close, ///< the peer ends its side in order (FIN), as one that was stopped; it still reads
    leave, ///< the connection is closed as soon as it is there, as by a process that ends
};

/// Echoes on 127.0.0.1 like spargio-echo-peer, but ends each connection in its way once it has echoed so many
/// bytes on it. A thread of this process; while this lives, sessions that are opened connect to it.
class faulty_peer {
public:
    faulty_peer(peer_fault fault, std::size_t echoed_bytes);
    faulty_peer(const faulty_peer&) = delete;
    faulty_peer& operator=(const faulty_peer&) = delete;
    /// Closes what is left, and gives sessions back the peer that they had before.
    ~faulty_peer();

private:
    void serve();

    peer_fault fault_;
    std::size_t limit_;
    std::optional<std::uint16_t> before_;
    int listener_ = -1;
    int end_ = -1; ///< an eventfd: told to end
    std::thread thread_;
};

/// A port on 127.0.0.1 where nobody listens, as the peer's, while this lives.
class absent_peer {
public:
    absent_peer();
    absent_peer(const absent_peer&) = delete;
    absent_peer& operator=(const absent_peer&) = delete;
    ~absent_peer();

private:
    std::optional<std::uint16_t> before_;
    int bound_; ///< keeps the port from others, without listening
};

} // namespace conformance
