// What the threads backend can open, one maker a scenario.
#pragma once

#include "workloads/cases/churn.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/fanout.hpp"
#include "workloads/cases/files.hpp"
#include "workloads/cases/fork_join.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/cases/ping_pong.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <memory>

namespace bench::plain_threads {

std::unique_ptr<session> make_round_trips(ping_pong_shape shape);
std::unique_ptr<session> make_cold_start(ping_pong_shape shape);
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape);
std::unique_ptr<session> make_fanout(fanout_shape shape);
std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape);
std::unique_ptr<session> make_skynet(skynet_shape shape);
std::unique_ptr<session> make_fib(fib_shape shape);
/// fs/read_rtt, read_depth, write_depth.
opened_session open_data_session(const file_shape& shape);
/// fs/metadata_storm.
std::unique_ptr<session> make_storm(storm_shape shape);
std::unique_ptr<session> make_churn(const churn_shape& shape);
std::unique_ptr<session> make_connections(const connections_shape& shape);
std::unique_ptr<session> make_open_loop(const open_loop_shape& shape, bool exact);
/// Looks at the words of a request unless it only echoes.
std::unique_ptr<session> make_serve(const serve_shape& shape, answering manner);
std::unique_ptr<session> make_streams(const stream_shape& shape);
/// mixed/io_cpu.
opened_session open_mixed_session(const mixed_shape& shape);

} // namespace bench::plain_threads
