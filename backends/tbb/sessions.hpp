// What the TBB backend can open, one maker a scenario.
#pragma once

#include "workloads/cases/fanout.hpp"
#include "workloads/cases/fork_join.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/contract/backend.hpp"

#include <memory>

namespace bench::on_tbb {

/// How the recursive cases join.
enum class joining {
    bypass, ///< no task waits: a task's last part is returned to the scheduler, continuations are counted
    group,  ///< a task_group for each call, whose caller waits
};

std::unique_ptr<session> make_fanout(fanout_shape shape);
std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape);
std::unique_ptr<session> make_skynet(skynet_shape shape, joining join);
std::unique_ptr<session> make_fib(fib_shape shape, joining join);

} // namespace bench::on_tbb
