// What the libuv backend can open, one maker a scenario.
#pragma once

#include "backends/libuv/due_timer.hpp"
#include "workloads/cases/churn.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/fanout.hpp"
#include "workloads/cases/files.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/cases/ping_pong.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <memory>

namespace bench::on_libuv {

std::unique_ptr<session> make_steady_rtt(ping_pong_shape shape);
std::unique_ptr<session> make_cold_start(ping_pong_shape shape);
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape);
std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape);
std::unique_ptr<session> make_churn(const churn_shape& shape);
std::unique_ptr<session> make_connections(const connections_shape& shape);
std::unique_ptr<session> make_open_loop(const open_loop_shape& shape, timer_kind timers);
/// Looks at the words of a request unless it only echoes.
std::unique_ptr<session> make_serve(const serve_shape& shape, answering manner);
std::unique_ptr<session> make_streams(const stream_shape& shape);
/// mixed/io_cpu, on a pool of as many threads as workers, which was claimed before (below).
opened_session open_mixed_session(const mixed_shape& shape);
std::unique_ptr<session> make_idle(std::size_t workers);

/// fs/read_rtt, read_depth, write_depth; `pool_threads` as below.
opened_session open_data_session(const file_shape& shape, std::size_t pool_threads);
/// fs/metadata_storm; likewise.
std::unique_ptr<session> make_storm(storm_shape shape, std::size_t pool_threads);

/// `pool_threads` was given to libuv by `claim_pool` before.
std::unique_ptr<session> make_fanout(fanout_shape shape, std::size_t pool_threads);
/// libuv has one thread pool for the whole process, whose size is fixed by its first use. Error: why not.
std::expected<void, std::string> claim_pool(std::size_t threads);

} // namespace bench::on_libuv
