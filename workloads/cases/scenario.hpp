// What a workload asks for, as a type with its parameters read. Each row of the tables of workloads says which
// it is (workload::read), so that no backend looks at a name: it answers by an overload for each alternative,
// and where one is missing std::visit does not compile.
#pragma once

#include "workloads/cases/churn.hpp"
#include "workloads/cases/connections.hpp"
#include "workloads/cases/fanout.hpp"
#include "workloads/cases/files.hpp"
#include "workloads/cases/fork_join.hpp"
#include "workloads/cases/idle.hpp"
#include "workloads/cases/keyed_fanout.hpp"
#include "workloads/cases/mixed.hpp"
#include "workloads/cases/open_loop.hpp"
#include "workloads/cases/ping_pong.hpp"
#include "workloads/cases/serve.hpp"
#include "workloads/traffic/stream_shape.hpp"

#include <concepts>
#include <variant>

namespace bench {

/// A class of its own, and not another name for the variant, so that workload.hpp can speak of it and know none
/// of the shapes. Where scenarios differ in more than their numbers they are types of their own on a common
/// shape: an overload for `ping_pong_shape` answers for all four of its family that have none of their own.
struct scenario : std::variant<steady_rtt, tasks_rtt, one_way_drain, cold_start, balanced_fanout, skewed_fanout,
                               keyed_shape, skynet_shape, fib_shape, file_shape, storm_shape, stream_shape,
                               churn_shape, open_loop_shape, connections_shape, served_echo, served_work,
                               served_forks, served_http, mixed_shape, idle_park, empty_slice> {
    using variant::variant;
};

/// The families net and serve: connections between the workers and a peer, or the backend itself, and nothing
/// beside them.
template <class Shape>
concept moves_on_connections = std::same_as<Shape, stream_shape> || std::same_as<Shape, churn_shape> ||
    std::same_as<Shape, open_loop_shape> || std::same_as<Shape, connections_shape> || is_served<Shape>;

/// The family fs.
template <class Shape>
concept works_on_files = std::same_as<Shape, file_shape> || std::same_as<Shape, storm_shape>;

[[nodiscard]] inline bool is_on_connections(const scenario& asked) {
    return std::visit([]<class Shape>(const Shape&) { return moves_on_connections<Shape>; }, asked);
}

/// For the tables: `workload::read` by a function that reads one of the alternatives.
template <auto Read>
[[nodiscard]] scenario read_by(const parameters& values) {
    return Read(values);
}

} // namespace bench
