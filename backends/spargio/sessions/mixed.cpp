// W40: the shared scenario; branches may run on any shard.
#include "workloads/scenarios/mixed.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "backends/spargio/stream_runtime.hpp"
#include "workloads/ground/mixed_ground.hpp"

#include <memory>
#include <utility>

namespace bench::on_spargio {
namespace {

/// With branches that any shard may take.
class spargio_mixed_runtime : public spargio_stream_runtime {
public:
    using spargio_stream_runtime::spargio_stream_runtime;

    [[nodiscard]] joiner<std::uint64_t> spawn_branch(const mixed_shape& shape, std::uint64_t number) {
        return spawn(compute(shape, number));
    }

private:
    static task<std::uint64_t> compute(const mixed_shape& shape, std::uint64_t number) {
        co_return shape.run_branch(number);
    }
};

static_assert(scenarios::mixed_runtime<spargio_mixed_runtime>);

class mixed_session final : public warm_session {
public:
    mixed_session(const spargio::runtime_options& options, std::unique_ptr<mixed_ground> ground,
                  stream_choices choices)
        : warm_session(options), ground_(std::move(ground)), runtime_(options.shards, choices),
          file_(runtime_.adopt_file(ground_->data().duplicate())) {
        run_root(runtime_.open(ground_->shape().streams));
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_root(scenarios::mixed(runtime_, file_, *ground_, order, into));
    }

private:
    std::unique_ptr<mixed_ground> ground_;
    spargio_mixed_runtime runtime_;
    spargio_file file_;
};

} // namespace

opened_session open_mixed(const spargio::runtime_options& options, const mixed_shape& shape,
                          stream_choices choices) {
    if (choices.receive == stream_choices::receive_mode::multishot)
        return refuse_unsupported("stream_receive=multishot is not written for mixed/io_cpu");
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(options, std::move(*ground), choices);
}

} // namespace bench::on_spargio
