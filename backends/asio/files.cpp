// W20–W23 on Asio: the shared scenarios, with awaitable coroutines over a thread pool for the blocking calls.
#include "workloads/scenarios/files.hpp"
#include "backends/asio/native_file.hpp"
#include "backends/asio/sessions.hpp"

#include <functional>
#include <utility>

namespace bench::on_asio {
namespace {

#if defined(BOOST_ASIO_HAS_FILE)
using scenario_runtime = native_file_runtime;
constexpr bool native = true;
#else
using scenario_runtime = pooled_file_runtime;
constexpr bool native = false;
#endif
static_assert(file_runtime<scenario_runtime>);

/// What runs one root coroutine a slice.
class file_session : public session {
public:
    file_session(std::size_t workers, std::size_t pool_threads, context_layout layout, polling how)
        : workers_(workers, layout, how), runtime_(workers_, pool_threads), pool_threads_(pool_threads) {}

    // A worker may still be inside the call that gave the last piece of work to the pool.
    ~file_session() override { workers_.join(); }

    std::map<std::string, std::string> capabilities() const override {
        return {{"files", native ? "random_access_file" : "thread pool"},
                {"pool_threads", std::to_string(pool_threads_)}};
    }

protected:
    slice_outcome run_root(coroutine_runtime::task<slice_outcome> root) {
        running_slice slice(workers_);
        slice_outcome done;
        std::exception_ptr failure;
        asio::co_spawn(runtime_.executor_of(0), std::move(root),
                       [&](std::exception_ptr thrown, slice_outcome outcome) {
                           failure = std::move(thrown);
                           done = std::move(outcome);
                           slice.announce_end();
                       });
        slice.wait();
        if (failure) std::rethrow_exception(failure);
        return done;
    }

    worker_threads workers_;
    scenario_runtime runtime_;
    std::size_t pool_threads_;
};

/// As many threads as calls block for a disk; from the page cache as many as workers.
std::size_t pool_for(const file_shape& shape) { return shape.direct ? shape.depth : shape.workers; }

class data_session final : public file_session {
public:
    data_session(std::unique_ptr<data_file> data, context_layout layout, polling how)
        : file_session(data->shape().workers, pool_for(data->shape()), layout, how), data_(std::move(data)),
          buffers_(data_->shape().depth, data_->shape().bytes), file_(runtime_.adopt_file(data_->duplicate())) {
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        if (data_->shape().writes)
            return run_root(scenarios::write_file(runtime_, file_, *data_, buffers_, order));
        return run_root(scenarios::read_file(runtime_, file_, data_->shape(), buffers_, order, into));
    }

private:
    std::unique_ptr<data_file> data_;
    block_buffers buffers_;
    scenario_runtime::file file_;
};

class storm_session final : public file_session {
public:
    storm_session(storm_shape shape, context_layout layout, polling how)
        : file_session(shape.workers, shape.workers, layout, how), shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::metadata_storm(runtime_, folder_, shape_, order));
    }

private:
    storm_shape shape_;
    scratch_folder folder_;
};

} // namespace

std::expected<std::unique_ptr<session>, refusal> open_file_session(const workload& what, const parameters& how,
                                                                   context_layout layout, polling poll) {
    if (native && layout == context_layout::pool)
        return refuse_unsupported(
            "with context=pool one file object of Asio's would be used by several threads at once, which its "
            "documentation does not allow; use context=worker");
    if (what.name == "fs/metadata_storm")
        return open_session<storm_session>(storm_shape::read(how), layout, poll);
    auto data = open_data_file(file_shape::read(what, how));
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(std::move(*data), layout, poll);
}

} // namespace bench::on_asio
