// W15 on Spargio: the shared scenario.
#include "workloads/scenarios/keyed_fanout.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"

namespace bench::on_spargio {
namespace {

class keyed_session final : public warm_session {
public:
    keyed_session(const spargio::runtime_options& options, const keyed_shape& shape)
        : warm_session(options), shape_(shape) {
        shape_.workers = options.shards;
    }
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::keyed_fanout(runtime_, shape_, order));
    }

private:
    keyed_shape shape_;
};

} // namespace

std::unique_ptr<session> make_keyed_fanout(const spargio::runtime_options& options, const keyed_shape& shape) {
    return std::make_unique<keyed_session>(options, shape);
}

} // namespace bench::on_spargio
