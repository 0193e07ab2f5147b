// Files and sockets that are registered with the ring of one shard (R31): requests of that ring name their
// place in its table instead of their number, and the kernel need not look them up.
//
// A place belongs to one use count (sync/shared_descriptor.hpp), so it is emptied when no operation is at the
// descriptor any more, in flight or queued: another file in that place could get what was meant for the first.
#pragma once

#include <spargio/detail/doors/return_list.hpp>
#include <spargio/detail/machine/counter.hpp>
#include <spargio/detail/ring/file_table.hpp>
#include <spargio/sync/detail/descriptor_place.hpp>
#include <spargio/sync/shared_descriptor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace spargio::detail {

class shard;
class registered_files;

/// A place of one shard's table, and the number that is closed after it if nobody waits for that.
class file_place final : public descriptor_place, public returned_item {
public:
    [[nodiscard]] std::optional<std::uint32_t> here() const noexcept override;
    void begin_emptying() noexcept override;
    [[nodiscard]] bool waive() noexcept override;
    void let_go() noexcept override;
    void dispose() noexcept override;

private:
    friend registered_files;
    file_place(std::shared_ptr<registered_files> home, int number, file_table::place place) noexcept
        : home_(std::move(home)), number_(number), place_(place) {}
    ~file_place() = default;
    /// The ring holds the file no more. May destroy this.
    void has_been_emptied() noexcept;

    static constexpr unsigned empty = 1;
    static constexpr unsigned waived = 2; // nobody waits: the number is to be closed

    const std::shared_ptr<registered_files> home_;
    const int number_;
    const file_table::place place_;
    std::atomic<unsigned> state_{0};
    std::atomic<unsigned> holders_{1}; // the thread that empties it, and the closer that waits for that
};

/// Those of one shard. Lives until the last place has gone, and so maybe longer than the runtime. For the
/// shard's thread, if a call says nothing else.
class registered_files : public std::enable_shared_from_this<registered_files> {
public:
    /// Throws std::bad_alloc.
    registered_files(shard& owner, ring& of, std::uint32_t places, level& registered, counter& plain)
        : returned_(owner), table_(of, places), prompt_(of.features().prompt_release), registered_(registered),
          plain_(plain) {}

    /// Those of the shard that this thread is; ends the program where it is none. Throws std::bad_alloc.
    [[nodiscard]] static registered_files& of_this_shard();

    /// Whether the ring of this shard knows it from now on; see fs::file::register_here(). For a caller that is
    /// alone with the descriptor.
    [[nodiscard]] bool take_in(shared_descriptor& descriptor) noexcept;
    /// No operation is at it any more. Any thread. On another than the shard's: a lock, and a wake of the shard
    /// if it sleeps.
    void take_back(file_place& place) noexcept;
    /// Whether it is of the shard that this thread is. Any thread.
    [[nodiscard]] bool is_here() const noexcept { return returned_.is_here(); }

    /// For the shard's loop, each turn: empties what other threads gave back. Cheap when there is nothing.
    void serve() noexcept;
    [[nodiscard]] bool must_serve_before_sleep() const noexcept { return returned_.any_before_sleep(); }
    /// Before the ring goes: it lets go of all files at once, though it may be closed later.
    void detach() noexcept;

private:
    /// Whether its end must not wait until the kernel lets go of a place.
    [[nodiscard]] static bool somebody_waits_for_its_end(int number) noexcept;
    void put_away(file_place& place) noexcept;

    return_list returned_;
    file_table table_;
    const bool prompt_;
    level& registered_; // these two live as long as the shard
    counter& plain_;
};

} // namespace spargio::detail
