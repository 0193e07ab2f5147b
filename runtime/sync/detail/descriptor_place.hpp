// Where a ring knows a descriptor by (R31): what its use count and its operations need to know of it. The ring
// holds the file open as long as the place is taken, so the place is emptied before the number is closed.
//
//   taken ---- begin_emptying() or dispose() ----> on its way to the ring's thread ----> empty
#pragma once

#include <spargio/sync/manual_event.hpp>

#include <cstdint>
#include <optional>

namespace spargio::detail {

/// One place, of one descriptor, until that is closed. It destroys itself.
class descriptor_place {
public:
    descriptor_place(const descriptor_place&) = delete;
    descriptor_place& operator=(const descriptor_place&) = delete;

    /// Its number in the table of the ring of the shard that this thread is; none elsewhere. Any thread, while
    /// it uses the descriptor.
    [[nodiscard]] virtual std::optional<std::uint32_t> here() const noexcept = 0;

    /// By the closer of the descriptor, when nobody uses it: has the place emptied, now or on its way.
    /// Afterwards wait for emptied(), then let_go(). Any thread.
    virtual void begin_emptying() noexcept = 0;
    /// `canceled`: it may not be empty yet.
    [[nodiscard]] manual_event::awaiter emptied() noexcept { return empty_.wait(); }
    [[nodiscard]] bool is_empty() const noexcept { return empty_.is_set(); }
    /// By a closer that waits no longer: the thread that empties it closes the number. False when it is empty
    /// just now; then the closer goes on.
    [[nodiscard]] virtual bool waive() noexcept = 0;
    /// By the closer, as the last thing.
    virtual void let_go() noexcept = 0;

    /// The last user of a descriptor without an owner: has the place emptied and the number closed. Any thread.
    virtual void dispose() noexcept = 0;

protected:
    descriptor_place() noexcept = default;
    ~descriptor_place() = default;

    manual_event empty_;
};

} // namespace spargio::detail
