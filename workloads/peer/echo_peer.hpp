// Starts and ends the peer of a workload, a process of its own: the echo peer (W6), the client of net/churn
// (W37) or the load generator (W60); none outlives the process that started it (P23).
#pragma once

#include "workloads/contract/workload.hpp"

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

/// How the kernel schedules it (sched(7)).
enum class peer_class {
    normal, ///< SCHED_OTHER, as the process that starts it
    batch,  ///< SCHED_BATCH: woken, it waits for its turn
};

/// A running peer. While this lives, peer_port() (peer_address.hpp) tells sessions where it is;
/// at its end the process is gone and reaped, so that its CPU time counts among the children of this process.
/// Dies with the thread that started it, whatever ends that. One at a time in a process.
class echo_peer {
public:
    /// Starts one and waits for its port. Error: a sentence with the remedy. Cost: one fork and exec, a few ms.
    [[nodiscard]] static std::expected<echo_peer, std::string>
    start(peer_kind program = peer_kind::echo, peer_class scheduling = peer_class::normal);

    /// The program file of that one; empty where the workload needs none.
    [[nodiscard]] static std::string_view program_for(const workload& asked, const parameters& values);

    /// Starts the right one if the workload needs it: with peer=self none.
    [[nodiscard]] static std::expected<std::optional<echo_peer>, std::string>
    start_for(const workload& asked, const parameters& values);

    echo_peer(echo_peer&& other) noexcept;
    echo_peer& operator=(echo_peer&&) = delete;
    ~echo_peer();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] pid_t process() const noexcept { return process_; }

private:
    echo_peer(pid_t process, int lifeline, std::uint16_t port) noexcept;

    pid_t process_;
    int lifeline_; ///< its standard input: closed, it ends
    std::uint16_t port_;
};

} // namespace bench
