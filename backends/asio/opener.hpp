// What the Asio backend answers for each scenario.
#pragma once

#include "backends/asio/sessions.hpp"
#include "workloads/cases/scenario.hpp"

#include <algorithm>
#include <cstddef>

namespace bench::on_asio {

/// The knobs, read.
struct opener {
    context_layout layout;
    polling poll;
    bool coroutines;
    std::size_t threads; ///< for the connections of net/* and serve/*; 0: as many as workers

    opened_session operator()(const steady_rtt& shape) const;
    opened_session operator()(const tasks_rtt& shape) const;
    opened_session operator()(const cold_start& shape) const;
    opened_session operator()(const one_way_drain& shape) const;
    opened_session operator()(const fanout_shape& shape) const;
    opened_session operator()(const keyed_shape& shape) const;
    opened_session operator()(const skynet_shape& shape) const;
    opened_session operator()(const fib_shape& shape) const;
    opened_session operator()(const file_shape& shape) const;
    opened_session operator()(const storm_shape& shape) const;
    opened_session operator()(const stream_shape& shape) const;
    opened_session operator()(const churn_shape& shape) const;
    opened_session operator()(const open_loop_shape& shape) const;
    opened_session operator()(const connections_shape& shape) const;
    template <is_served Shape>
    opened_session operator()(const Shape& shape) const {
        return coroutines ? make_serve_coroutines(on_threads(shape), layout, poll)
                          : make_serve(on_threads(shape), layout, poll);
    }
    opened_session operator()(const mixed_shape& shape) const;
    opened_session operator()(const idle_park& shape) const;
    opened_session operator()(const empty_slice&) const;

private:
    [[nodiscard]] bool in_pool() const noexcept { return layout == context_layout::pool; }

    /// With as many workers as the knob says instead of all: what a program with fewer threads than CPUs does.
    template <class Shape>
    Shape on_threads(Shape shape) const {
        if (threads != 0) shape.workers = std::min<decltype(shape.workers)>(shape.workers, threads);
        return shape;
    }
};

} // namespace bench::on_asio
