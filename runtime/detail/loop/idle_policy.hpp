// How a shard that has nothing to do passes its time (R14): it spins, it gives its CPU to those that it waits
// for, or it sleeps.
//
//   work in this turn ............ found_work(): look at the ring, unless the shard is about to sleep anyway
//   none ......................... found_nothing(), then by what is expected:
//     messages, tasks, files ..... spins_on() as long as that has paid of late, then sleep
//     an answer of a peer ........ worth_yielding() once, then sleep
//
// A peer is the process at the other end of a socket. For its answer it does not pay to spin: that takes as
// long as the peer takes, which may want this very CPU, and the kernel wakes the shard itself, without a
// doorbell. What the kernel's own workers do, as most work on files, is soon done.
#pragma once

#include <spargio/detail/machine/cpu.hpp>
#include <spargio/detail/sched/attempt_guess.hpp>
#include <spargio/detail/sched/crowding.hpp>
#include <spargio/detail/sched/idle_spin.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace spargio::detail {

/// Of one shard, for its thread. `requests`: whether it has any with the kernel.
class idle_policy {
public:
    /// `spins_for_peers`: also where a peer's answer is all that can come.
    idle_policy(std::chrono::nanoseconds spin, bool spins_for_peers) noexcept
        : spin_(spin), spins_for_peers_(spins_for_peers) {}

    /// A turn had work: brought by other threads, by a timer, or by neither.
    void found_work(bool by_others, bool by_time) noexcept {
        rounds_ = 0;
        spin_.found_work();
        if (std::exchange(was_idle_, false)) note_end_of_idling(by_others, by_time);
    }
    /// There was none, but a theft has brought some; how that idling would have ended is not known.
    void found_loot() noexcept { was_idle_ = false; }
    void found_nothing() noexcept {
        was_idle_ = true;
        peer_answered_ = false;
    }
    /// A request has ended; `by_peer` when a peer has answered it.
    void saw_answer(bool by_peer) noexcept { peer_answered_ |= by_peer; }

    /// Whether what ends this idling will probably come over a socket, as it mostly did of late.
    [[nodiscard]] bool waits_for_peers(bool requests) const noexcept {
        return peer_wakes_ > most_peer_wakes / 2 && !spins_for_peers_ && requests;
    }

    /// After a turn with work: a shard that is about to sleep hands over what it has asked for and waits with
    /// one system call, so it leaves the ring alone once.
    [[nodiscard]] bool looks_at_ring(bool requests, bool queue_empty) noexcept {
        const bool about_to_sleep = queue_empty && (!spin_.ever() || waits_for_peers(requests));
        left_ring_alone_ = about_to_sleep && !left_ring_alone_;
        return !left_ring_alone_;
    }

    /// Whether to look round once more before sleeping.
    [[nodiscard]] bool spins_on(bool requests) noexcept { return !waits_for_peers(requests) && spin_.go_on(); }
    /// Whether this look round is the first since there was work.
    [[nodiscard]] bool begins_to_spin() const noexcept { return rounds_ == 0; }
    /// Counts a look round; whether it is one of the few that see everything. A ring without requests changes
    /// rarely while its shard is awake, so it is looked at rarely; and a shard that waits for an answer of some
    /// ns need not tell the others that it is free.
    [[nodiscard]] bool is_thorough_round() noexcept { return ++rounds_ % rounds_to_a_thorough_one == 0; }
    /// Between two looks. Each look at a lane takes its line from the sender: in a stream of messages it pays
    /// to let them gather.
    void pause() noexcept {
        crowding_.idle_round(rounds_);
        for (int pauses = streaming_ ? stream_pauses : 1; pauses > 0; --pauses) cpu_relax();
    }
    /// A task begins to wait for messages, of which the shard has taken so many up to now.
    void wait_for_message_begins(std::uint64_t taken) noexcept {
        streaming_ = taken - taken_at_last_wait_ >= stream_burst;
        taken_at_last_wait_ = taken;
    }

    /// Before a sleep that a peer will end: it may well stand in line for this very CPU. Then it answers at
    /// once, more of them do, and neither has to be woken. With a spin of 0 a shard sleeps without further ado.
    [[nodiscard]] bool worth_yielding(bool requests) noexcept {
        return spin_.ever() && waits_for_peers(requests) && yielding_.worth_trying();
    }
    void has_yielded(bool brought_work) noexcept { yielding_.tried(brought_work); }

    /// Around a sleep. How soon a peer answers says nothing about messages, so those sleeps teach nothing.
    void going_to_sleep(bool requests) noexcept {
        learns_from_sleep_ = !waits_for_peers(requests);
        if (learns_from_sleep_) spin_.going_to_sleep();
    }
    void woke_up() noexcept {
        if (learns_from_sleep_) spin_.woke_up();
    }

private:
    static constexpr int most_peer_wakes = 3;
    static constexpr int stream_pauses = 16;         // about 0.3 us
    static constexpr std::uint64_t stream_burst = 8; // messages between two waits that make a stream
    static constexpr std::uint32_t rounds_to_a_thorough_one = 16;

    void note_end_of_idling(bool by_others, bool by_time) noexcept {
        if (peer_answered_ && !by_others)
            peer_wakes_ = std::min(peer_wakes_ + 1, most_peer_wakes);
        else if (by_others || !by_time) // a timer says nothing of what comes next
            peer_wakes_ = std::max(peer_wakes_ - 1, 0);
    }

    idle_spin spin_;
    crowding crowding_;
    attempt_guess yielding_;
    std::uint64_t taken_at_last_wait_ = 0;
    std::uint32_t rounds_ = 0; // since there was work
    int peer_wakes_ = 0;       // idlings that answers of peers ended, less those that others did
    const bool spins_for_peers_;
    bool was_idle_ = false;        // in the turn before
    bool peer_answered_ = false;   // since it became idle
    bool left_ring_alone_ = false; // in the turn before
    bool streaming_ = false;
    bool learns_from_sleep_ = false;
};

} // namespace spargio::detail
