// W38: the shared scenario over connections that are each at home on a shard.
#include "workloads/scenarios/open_loop.hpp"
#include "backends/spargio/peer_runtime.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"

namespace bench::on_spargio {
namespace {

class open_loop_session final : public warm_session {
public:
    open_loop_session(const spargio::runtime_options& options, const open_loop_shape& shape,
                      stream_choices choices)
        : warm_session(options), lines_(shape), runtime_(options.shards, choices) {
        run_root(runtime_.open(shape.connections));
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_root(scenarios::open_loop(runtime_, lines_, order, into));
    }

private:
    open_loop_lines lines_;
    spargio_peer_runtime runtime_;
};

} // namespace

opened_session open_open_loop(const spargio::runtime_options& options, const open_loop_shape& shape,
                              stream_choices choices) {
    if (choices.receive == stream_choices::receive_mode::multishot)
        return refuse_unsupported("stream_receive=multishot is not written for net/open_loop");
    // Two tasks share the state of a connection: on one shard they never run at the same time.
    choices.place = stream_choices::task_place::session;
    return open_session<open_loop_session>(options, shape, choices);
}

} // namespace bench::on_spargio
