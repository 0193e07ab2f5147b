// What a task waits in while something of its shard has to move first: a full lane, a full queue, a flush.
#pragma once

#include <spargio/detail/frames/wait_list.hpp>

namespace spargio::detail {

class shard;

class progress_wait;

/// Apart from the wait, whose virtual functions would make a friend's right to its destructor a warning in
/// programs that are compiled with -Wnon-virtual-dtor.
class progress_link {
    friend class progress_line;
    progress_wait* next_in_line_ = nullptr;
    bool enlisted_ = false;
};

/// A task that waits until lanes or queues of its shard have made progress; the shard asks it each turn.
class progress_wait : public wait_node, public progress_link {
public:
    /// Tries again; true when there is nothing left to wait for. On the shard's thread.
    [[nodiscard]] virtual bool advance(shard& here) noexcept = 0;

protected:
    ~progress_wait() = default;
};

} // namespace spargio::detail
