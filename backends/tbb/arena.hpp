// Where a session's tasks run: an arena of its own, and no more threads in the process than it has workers.
#pragma once

#include <cstddef>
#include <new>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

namespace bench::on_tbb {

namespace tbb = oneapi::tbb;

/// An arena of `workers` threads, of which the caller is one.
class arena {
public:
    explicit arena(std::size_t workers)
        : limit_(tbb::global_control::max_allowed_parallelism, workers), arena_(static_cast<int>(workers), 1) {
        arena_.initialize();
    }

    template <class Job>
    void run(Job job) {
        arena_.execute(job);
    }

private:
    /// Joins the library's threads when it is destroyed, as the last of the members; without it they stay.
    struct scheduler {
        scheduler() : handle(tbb::attach{}) {}
        scheduler(const scheduler&) = delete;
        scheduler& operator=(const scheduler&) = delete;
        ~scheduler() { tbb::finalize(handle, std::nothrow); }
        tbb::task_scheduler_handle handle;
    };

    scheduler scheduler_;
    tbb::global_control limit_;
    tbb::task_arena arena_;
};

} // namespace bench::on_tbb
