// What the floor can open, one maker a scenario.
#pragma once

#include "workloads/cases/churn.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/fanout.hpp"
#include "workloads/cases/files.hpp"
#include "workloads/cases/fork_join.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/cases/ping_pong.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <memory>

namespace bench::by_hand {

/// How a side waits for the other one.
enum class waiting { spin, block };
/// How the branches of a request are done.
enum class branching { parallel, serial };
/// How files are read and written.
enum class file_access {
    fastest,  ///< whichever of the two is the faster for the case
    blocking, ///< pread(2) and pwrite(2)
    ring,     ///< liburing, straight
};

std::unique_ptr<session> make_steady_rtt(ping_pong_shape shape, waiting wait);
std::unique_ptr<session> make_tasks_rtt(ping_pong_shape shape);
std::unique_ptr<session> make_cold_start(ping_pong_shape shape, waiting wait);
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape, waiting wait);
std::unique_ptr<session> make_balanced_fanout(fanout_shape shape, branching mode);
std::unique_ptr<session> make_skewed_fanout(fanout_shape shape, branching mode);
std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape, branching mode);
std::unique_ptr<session> make_skynet(skynet_shape shape, branching mode);
std::unique_ptr<session> make_fib(fib_shape shape, branching mode);
/// fs/read_rtt, read_depth, write_depth.
opened_session open_data_session(const file_shape& shape, file_access access);
/// fs/metadata_storm.
std::unique_ptr<session> make_storm(storm_shape shape);
std::unique_ptr<session> make_churn(const churn_shape& shape);
std::unique_ptr<session> make_connections(const connections_shape& shape);
std::unique_ptr<session> make_open_loop(const open_loop_shape& shape);
/// Looks at the words of a request unless it only echoes.
std::unique_ptr<session> make_serve(const serve_shape& shape, answering manner);
std::unique_ptr<session> make_streams(const stream_shape& shape);

} // namespace bench::by_hand
