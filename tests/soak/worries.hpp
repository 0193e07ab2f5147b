// All that is done at once; each in a file of its own. They begin when they are started and end when the books
// say that it is over.
#pragma once

#include "tests/soak/books.hpp"

#include <spargio/spargio.hpp>

#include <thread>
#include <vector>

namespace soak {

/// Bursts of questions to all shards and pauses, so that lanes fill up and shards fall asleep.
void start_messages(spargio::runtime& on, books& ours);
/// Trees of tasks, waits that are cancelled, tasks without a handle, a mutex and a semaphore over all shards.
void start_tasks(spargio::runtime& on, books& ours);
/// Senders whose peer does not receive.
void start_full_buffers(spargio::runtime& on, books& ours);
/// Tasks that open a FIFO without a reader.
void start_stuck_openers(spargio::runtime& on, books& ours);
/// Streams that nobody reads, beside one that somebody waits for.
void start_unread_streams(spargio::runtime& on, books& ours);
/// Tasks that move from shard to shard until their deadline.
void start_moving_timeouts(spargio::runtime& on, books& ours);

/// Threads that own no ring: they spawn, join, let go, send.
void start_outside(std::vector<std::thread>& threads, const spargio::runtime& on, books& ours);
/// SIGUSR1 to every thread, about ten thousand times a second.
void start_signals(std::vector<std::thread>& threads, books& ours);
/// Runtimes that stop with very many requests in flight.
void start_mass_stops(std::vector<std::thread>& threads, books& ours);

} // namespace soak
