// What the Asio backend can open.
#pragma once

#include "backends/asio/worker_threads.hpp"
#include "workloads/cases/churn.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/fanout.hpp"
#include "workloads/cases/files.hpp"
#include "workloads/cases/fork_join.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/cases/ping_pong.hpp"
#include "workloads/cases/serve.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/traffic/frame_flow.hpp"

#include <memory>

namespace bench::on_asio {

// Asio's own idiom: handlers posted from context to context.
std::unique_ptr<session> make_steady_rtt(ping_pong_shape shape, polling poll);
std::unique_ptr<session> make_tasks_rtt(ping_pong_shape shape, context_layout layout, polling poll);
std::unique_ptr<session> make_cold_start(ping_pong_shape shape, polling poll);
std::unique_ptr<session> make_one_way_drain(ping_pong_shape shape, polling poll);
std::unique_ptr<session> make_fanout(fanout_shape shape, context_layout layout, polling poll);
std::unique_ptr<session> make_keyed_fanout(const keyed_shape& shape, context_layout layout, polling poll);
// One context for all workers.
std::unique_ptr<session> make_skynet(skynet_shape shape, polling poll);
std::unique_ptr<session> make_fib(fib_shape shape, polling poll);
// A context a worker.
std::unique_ptr<session> make_connections(const connections_shape& shape, polling poll);
std::unique_ptr<session> make_open_loop(const open_loop_shape& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_churn(const churn_shape& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve(const served_echo& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve(const served_work& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve(const served_forks& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve(const served_http& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_streams(const stream_shape& shape, context_layout layout, polling poll);

// The shared scenarios in both styles: calls on files run on a thread pool, or on the reactor where it has
// files.
opened_session open_data_session(const file_shape& shape, context_layout layout, polling poll);
opened_session open_storm_session(storm_shape shape, context_layout layout, polling poll);
opened_session open_mixed_session(const mixed_shape& shape, context_layout layout, polling poll);

// The scenarios of workloads/scenarios/, with awaitable<> coroutines and channels.
std::unique_ptr<session> make_steady_rtt_coroutines(ping_pong_shape shape, polling poll);
std::unique_ptr<session> make_tasks_rtt_coroutines(ping_pong_shape shape, context_layout layout, polling poll);
std::unique_ptr<session> make_one_way_drain_coroutines(ping_pong_shape shape, polling poll);
std::unique_ptr<session> make_fanout_coroutines(fanout_shape shape, context_layout layout, polling poll);
std::unique_ptr<session> make_churn_coroutines(const churn_shape& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve_coroutines(const served_echo& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve_coroutines(const served_work& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve_coroutines(const served_forks& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_serve_coroutines(const served_http& shape, context_layout layout, polling poll);
std::unique_ptr<session> make_streams_coroutines(const stream_shape& shape, context_layout layout,
                                                 polling poll);
// A context a worker.
std::unique_ptr<session> make_connections_coroutines(const connections_shape& shape, polling poll);
std::unique_ptr<session> make_open_loop_coroutines(const open_loop_shape& shape, polling poll);
std::unique_ptr<session> make_keyed_fanout_coroutines(const keyed_shape& shape, polling poll);
// One context for all workers.
std::unique_ptr<session> make_skynet_coroutines(skynet_shape shape, polling poll);
std::unique_ptr<session> make_fib_coroutines(fib_shape shape, polling poll);

} // namespace bench::on_asio
