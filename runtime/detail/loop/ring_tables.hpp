// What the ring of a shard knows beforehand: buffers for streams, registered buffers and registered files (R30,
// R31). None of it is there before it is asked for.
#pragma once

#include <memory>

namespace spargio {
struct runtime_options;
struct shard_counters;
} // namespace spargio

namespace spargio::detail {

class receive_buffers;
class registered_files;
class registered_home;
class ring;
class shard;

/// Of one shard, for its thread.
class ring_tables {
public:
    ring_tables() noexcept;
    ~ring_tables();
    ring_tables(const ring_tables&) = delete;
    ring_tables& operator=(const ring_tables&) = delete;

    /// These three throw std::bad_alloc when they are asked for first.
    [[nodiscard]] receive_buffers& buffers(shard& owner, ring& of, const runtime_options& options);
    [[nodiscard]] const std::shared_ptr<registered_home>&
    registered(shard& owner, ring& of, const runtime_options& options, shard_counters& counters);
    [[nodiscard]] const std::shared_ptr<registered_files>&
    files(shard& owner, ring& of, const runtime_options& options, shard_counters& counters);

    /// Each turn: takes what other threads have given back, and tells the streams that wait for a buffer.
    /// Whether that has made a task runnable.
    bool serve() noexcept { return any_ && serve_all(); }
    [[nodiscard]] bool must_serve_before_sleep() const noexcept { return any_ && all_must_serve(); }
    /// The runtime stops: the streams that wait for a buffer are told.
    void close_waits() noexcept;
    /// Before the ring goes.
    void detach() noexcept;

private:
    bool serve_all() noexcept;
    [[nodiscard]] bool all_must_serve() const noexcept;

    bool any_ = false;
    std::unique_ptr<receive_buffers> buffers_;
    std::shared_ptr<registered_home> registered_;
    std::shared_ptr<registered_files> files_;
};

} // namespace spargio::detail
