// W13, W14 on Spargio: the shared scenario.
#include "workloads/scenarios/fanout.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"

namespace bench::on_spargio {
namespace {

class fanout_session final : public warm_session {
public:
    fanout_session(const spargio::runtime_options& options, const fanout_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::fanout(runtime_, shape_, order));
    }

private:
    fanout_shape shape_;
};

} // namespace

std::unique_ptr<session> make_fanout(const spargio::runtime_options& options, const fanout_shape& shape) {
    return std::make_unique<fanout_session>(options, shape);
}

} // namespace bench::on_spargio
