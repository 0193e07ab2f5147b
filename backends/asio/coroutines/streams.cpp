// W30–W36 with awaitable<> coroutines: the shared scenario, a connection's operations on its worker's context.
#include "workloads/scenarios/streams.hpp"
#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "backends/asio/coroutines/coroutine_stream.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "backends/asio/own_server.hpp"
#include "backends/asio/sessions.hpp"
#include "workloads/scenarios/keyed_streams.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace bench::on_asio {
namespace {

/// Batches on their way to a worker.
class batch_channel {
public:
    explicit batch_channel(coroutine_runtime::executor where) : batches_(where, capacity) {}

    auto send(std::span<const std::uint64_t> messages) {
        return batches_.async_send(error{}, message_batch::of(messages), asio::deferred);
    }
    auto receive() { return batches_.async_receive(asio::deferred); }

private:
    using error = boost::system::error_code;
    static constexpr std::size_t capacity = 256;

    asio::experimental::concurrent_channel<coroutine_runtime::executor, void(error, message_batch)> batches_;
};

class coroutine_stream_runtime : public coroutine_runtime {
public:
    coroutine_stream_runtime(worker_threads& workers, context_layout layout, const stream_shape& shape)
        : coroutine_runtime(workers), layout_(layout), sockets_(workers, shape, &echo_by_coroutine::serve) {
        for (std::size_t i = 0; i < workers.workers(); ++i)
            batches_of_.push_back(std::make_unique<batch_channel>(executor_of(i)));
        for (std::size_t i = 0; i < shape.streams; ++i) streams_.emplace_back(sockets_[i]);
    }
    [[nodiscard]] coroutine_stream& stream(std::size_t index) { return streams_[index]; }
    joiner<std::uint64_t> spawn_for_stream(std::size_t index, task<std::uint64_t>&& work) {
        return spawn_on(index % workers(), std::move(work));
    }
    [[nodiscard]] batch_channel& batches(std::size_t worker) { return *batches_of_[worker]; }
    /// With one context for all, any thread may run either.
    [[nodiscard]] bool shares_worker(std::size_t index, std::size_t worker) const {
        return layout_ == context_layout::worker && index % workers() == worker;
    }

private:
    context_layout layout_;
    stream_set sockets_;
    std::vector<coroutine_stream> streams_;
    std::vector<std::unique_ptr<batch_channel>> batches_of_;
};

static_assert(owner_runtime<coroutine_stream_runtime>);

class coroutine_stream_session final : public session {
public:
    coroutine_stream_session(const stream_shape& shape, context_layout layout, polling poll)
        : shape_(shape), flows_(shape), tables_(shape.owners, shape.keys),
          workers_(shape.workers, layout, poll), runtime_(workers_, layout, shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_slice(workers_, shape_.owners != 0
                                       ? scenarios::keyed_streams(runtime_, shape_, flows_, tables_, order)
                                       : scenarios::streams(runtime_, shape_, flows_, order, into));
    }

private:
    stream_shape shape_;
    flow_set flows_;
    counter_tables tables_;
    worker_threads workers_;
    coroutine_stream_runtime runtime_;
};

} // namespace

std::unique_ptr<session> make_streams_coroutines(const stream_shape& shape, context_layout layout,
                                                 polling poll) {
    return std::make_unique<coroutine_stream_session>(shape, layout, poll);
}

} // namespace bench::on_asio
