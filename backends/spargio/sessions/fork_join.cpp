// W16 on Spargio: the shared scenarios.
#include "workloads/scenarios/fork_join.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"

namespace bench::on_spargio {
namespace {

class skynet_session final : public warm_session {
public:
    skynet_session(const spargio::runtime_options& options, const skynet_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::skynet(runtime_, shape_, order));
    }

private:
    skynet_shape shape_;
};

class fib_session final : public warm_session {
public:
    fib_session(const spargio::runtime_options& options, const fib_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::fib(runtime_, shape_, order));
    }

private:
    fib_shape shape_;
};

} // namespace

std::unique_ptr<session> make_skynet(const spargio::runtime_options& options, const skynet_shape& shape) {
    return std::make_unique<skynet_session>(options, shape);
}
std::unique_ptr<session> make_fib(const spargio::runtime_options& options, const fib_shape& shape) {
    return std::make_unique<fib_session>(options, shape);
}

} // namespace bench::on_spargio
