// What the Spargio backend can open, one maker a scenario. Each throws std::exception when runtime,
// connections, listeners or files can't be opened.
#pragma once

#include "backends/spargio/stream_choices.hpp"
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
#include "workloads/traffic/stream_shape.hpp"

#include <memory>

#include <spargio/core/options.hpp>

namespace bench::on_spargio {

std::unique_ptr<session> make_steady_rtt(const spargio::runtime_options& options, const ping_pong_shape& shape);
std::unique_ptr<session> make_tasks_rtt(const spargio::runtime_options& options, const ping_pong_shape& shape);
std::unique_ptr<session> make_cold_start(const spargio::runtime_options& options, const ping_pong_shape& shape);
std::unique_ptr<session> make_one_way_drain(const spargio::runtime_options& options,
                                            const ping_pong_shape& shape);
std::unique_ptr<session> make_fanout(const spargio::runtime_options& options, const fanout_shape& shape);
std::unique_ptr<session> make_keyed_fanout(const spargio::runtime_options& options, const keyed_shape& shape);
std::unique_ptr<session> make_skynet(const spargio::runtime_options& options, const skynet_shape& shape);
std::unique_ptr<session> make_fib(const spargio::runtime_options& options, const fib_shape& shape);
/// fs/read_rtt, read_depth, write_depth.
opened_session open_data_session(const spargio::runtime_options& options, const file_shape& shape);
/// fs/metadata_storm.
std::unique_ptr<session> make_storm(const spargio::runtime_options& options, const storm_shape& shape);
std::unique_ptr<session> make_churn(const spargio::runtime_options& options, const churn_shape& shape);
std::unique_ptr<session> make_connections(const spargio::runtime_options& options,
                                          const connections_shape& shape);
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_echo& shape);
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_work& shape);
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_forks& shape);
std::unique_ptr<session> make_serve(const spargio::runtime_options& options, const served_http& shape);
std::unique_ptr<session> make_idle(const spargio::runtime_options& options);

// These take the choices of a user with connections, and refuse those that are not written for them.
opened_session open_streams(const spargio::runtime_options& options, const stream_shape& shape,
                            stream_choices choices);
opened_session open_open_loop(const spargio::runtime_options& options, const open_loop_shape& shape,
                              stream_choices choices);
opened_session open_mixed(const spargio::runtime_options& options, const mixed_shape& shape,
                          stream_choices choices);

} // namespace bench::on_spargio
