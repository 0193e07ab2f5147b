#include "backends/asio/opener.hpp"

#include "workloads/ground/idle_session.hpp"

namespace bench::on_asio {
namespace {

opened_session refuse_two_threads() {
    return refuse_unsupported("with context=pool any thread may run either side, so it cannot be promised "
                              "that the two sides are on two threads; ping_pong/tasks_rtt is that case");
}

opened_session refuse_fork_join() {
    return refuse_unsupported(
        "with an io_context a worker a forked call stays with the worker that it was posted to, and no "
        "other can run it, which this workload demands; use context=pool");
}

} // namespace

opened_session opener::operator()(const steady_rtt& shape) const {
    if (in_pool()) return refuse_two_threads();
    return coroutines ? make_steady_rtt_coroutines(shape, poll) : make_steady_rtt(shape, poll);
}

opened_session opener::operator()(const tasks_rtt& shape) const {
    return coroutines ? make_tasks_rtt_coroutines(shape, layout, poll) : make_tasks_rtt(shape, layout, poll);
}

opened_session opener::operator()(const cold_start& shape) const {
    if (in_pool()) return refuse_two_threads();
    if (coroutines)
        return refuse_unsupported("ping_pong/cold_start has no shared scenario: starting and stopping is each "
                                  "runtime's own; use style=handlers");
    return make_cold_start(shape, poll);
}

opened_session opener::operator()(const one_way_drain& shape) const {
    if (in_pool()) return refuse_two_threads();
    return coroutines ? make_one_way_drain_coroutines(shape, poll) : make_one_way_drain(shape, poll);
}

opened_session opener::operator()(const fanout_shape& shape) const {
    return coroutines ? make_fanout_coroutines(shape, layout, poll) : make_fanout(shape, layout, poll);
}

opened_session opener::operator()(const keyed_shape& shape) const {
    if (!coroutines) return make_keyed_fanout(shape, layout, poll);
    if (in_pool())
        return refuse_unsupported(
            "with context=pool coroutines of one key may run beside each other; the shared scenario gives "
            "each key to a worker and so wants context=worker; style=handlers uses a strand for each key");
    return make_keyed_fanout_coroutines(shape, poll);
}

opened_session opener::operator()(const skynet_shape& shape) const {
    if (!in_pool()) return refuse_fork_join();
    return coroutines ? make_skynet_coroutines(shape, poll) : make_skynet(shape, poll);
}

opened_session opener::operator()(const fib_shape& shape) const {
    if (!in_pool()) return refuse_fork_join();
    return coroutines ? make_fib_coroutines(shape, poll) : make_fib(shape, poll);
}

opened_session opener::operator()(const file_shape& shape) const {
    return open_data_session(shape, layout, poll);
}

opened_session opener::operator()(const storm_shape& shape) const {
    return open_storm_session(shape, layout, poll);
}

opened_session opener::operator()(const stream_shape& shape) const {
    return coroutines ? make_streams_coroutines(on_threads(shape), layout, poll)
                      : make_streams(on_threads(shape), layout, poll);
}

opened_session opener::operator()(const churn_shape& shape) const {
    return coroutines ? make_churn_coroutines(on_threads(shape), layout, poll)
                      : make_churn(on_threads(shape), layout, poll);
}

opened_session opener::operator()(const open_loop_shape& shape) const {
    if (!coroutines) return make_open_loop(on_threads(shape), layout, poll);
    if (in_pool())
        return refuse_unsupported(
            "with context=pool the coroutine that writes to a connection and the one that reads from "
            "it "
            "may run beside each other, and the shared scenario has no strands; use context=worker, or "
            "style=handlers, which has one for each connection");
    return make_open_loop_coroutines(on_threads(shape), poll);
}

opened_session opener::operator()(const connections_shape& shape) const {
    if (in_pool())
        return refuse_unsupported(
            "with context=pool any thread may take an answer, and who takes the last of a worker's begins "
            "all of that worker's next ones: a strand a worker would be context=worker with more locks, so "
            "use that");
    return coroutines ? make_connections_coroutines(on_threads(shape), poll)
                      : make_connections(on_threads(shape), poll);
}

opened_session opener::operator()(const mixed_shape& shape) const {
    return open_mixed_session(shape, layout, poll);
}

opened_session opener::operator()(const idle_park& shape) const {
    return open_session<idle_session<worker_threads>>(shape.workers, layout, polling::off);
}

opened_session opener::operator()(const empty_slice&) const { return refuse_empty_slice(); }

} // namespace bench::on_asio
