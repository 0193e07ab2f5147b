// What a task waits in while something of its shard has to move first: a full lane, a full queue, a flush.
#pragma once

#include <spargio/detail/frames/wait_list.hpp>

namespace spargio::detail {

class shard;

/// A task that waits until lanes or queues of its shard have made progress; the shard asks it each turn.
class progress_wait : public wait_node {
public:
    /// Tries again; true when there is nothing left to wait for. On the shard's thread.
    [[nodiscard]] virtual bool advance(shard& here) noexcept = 0;

protected:
    ~progress_wait() = default;

private:
    friend class progress_line;
    progress_wait* next_ = nullptr;
    bool enlisted_ = false;
};

} // namespace spargio::detail
