// W40 on Asio: the shared scenario. What computes runs on a thread pool of its own, as Asio's documentation has
// it for work that would keep an io_context from its handlers.
#include "workloads/scenarios/mixed.hpp"
#include "backends/asio/coroutines/chosen_files.hpp"
#include "backends/asio/coroutines/coroutine_stream.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "backends/asio/sessions.hpp"

#include <utility>

namespace bench::on_asio {
namespace {

class mixed_scenario_runtime : public files_runtime {
public:
    mixed_scenario_runtime(worker_threads& workers, std::uint64_t streams)
        : files_runtime(workers, workers.workers()), sockets_(workers, streams), computing_(workers.workers()) {
        for (std::size_t i = 0; i < streams; ++i) streams_.emplace_back(sockets_[i]);
    }

    [[nodiscard]] coroutine_stream& stream(std::size_t index) { return streams_[index]; }
    joiner<std::uint64_t> spawn_for_stream(std::size_t index, task<std::uint64_t>&& work) {
        return spawn_on(index % workers(), std::move(work));
    }
    joiner<std::uint64_t> spawn_branch(const mixed_shape& shape, std::uint64_t number) {
        auto end = make_end<std::uint64_t>(0);
        asio::post(computing_,
                   [end, &shape, number] { end->try_send(std::exception_ptr(), shape.run_branch(number)); });
        return wait_for<std::uint64_t>(std::move(end));
    }

private:
    stream_set sockets_;
    std::vector<coroutine_stream> streams_;
    asio::thread_pool computing_;
};

static_assert(scenarios::mixed_runtime<mixed_scenario_runtime>);

class mixed_session final : public session {
public:
    mixed_session(std::unique_ptr<mixed_ground> ground, context_layout layout, polling poll)
        : ground_(std::move(ground)), workers_(ground_->shape().workers(), layout, poll),
          runtime_(workers_, ground_->shape().streams.streams),
          file_(runtime_.adopt_file(ground_->data().duplicate())) {}

    // A worker may still be inside the call that gave the last piece of work to the pool.
    ~mixed_session() override { workers_.join(); }

    std::map<std::string, std::string> capabilities() const override {
        const std::string threads = std::to_string(ground_->shape().workers());
        return {{"files", files_kind}, {"pool_threads", threads}, {"compute_threads", threads}};
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_slice(workers_, scenarios::mixed(runtime_, file_, *ground_, order, into));
    }

private:
    std::unique_ptr<mixed_ground> ground_;
    worker_threads workers_;
    mixed_scenario_runtime runtime_;
    mixed_scenario_runtime::file file_;
};

} // namespace

opened_session open_mixed_session(const mixed_shape& shape, context_layout layout, polling poll) {
    if (auto refused = files_refuse(layout)) return std::unexpected(std::move(*refused));
    auto ground = mixed_ground::open(shape);
    if (!ground) return std::unexpected(std::move(ground.error()));
    return open_session<mixed_session>(std::move(*ground), layout, poll);
}

} // namespace bench::on_asio
