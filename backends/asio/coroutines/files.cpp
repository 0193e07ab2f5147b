// W20–W23 on Asio: the shared scenarios, with awaitable coroutines over a thread pool for the blocking calls.
#include "workloads/scenarios/files.hpp"
#include "backends/asio/coroutines/chosen_files.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "backends/asio/sessions.hpp"

#include <functional>
#include <utility>

namespace bench::on_asio {
namespace {

/// What the sessions have in common.
class file_session : public session {
public:
    file_session(std::size_t workers, std::size_t pool_threads, context_layout layout, polling poll)
        : workers_(workers, layout, poll), runtime_(workers_, pool_threads), pool_threads_(pool_threads) {}

    // A worker may still be inside the call that gave the last piece of work to the pool.
    ~file_session() override { workers_.join(); }

    std::map<std::string, std::string> capabilities() const override {
        return {{"files", files_kind}, {"pool_threads", std::to_string(pool_threads_)}};
    }

protected:
    worker_threads workers_;
    files_runtime runtime_;
    std::size_t pool_threads_;
};

/// As many threads as calls block for a disk; from the page cache as many as workers.
std::size_t pool_for(const file_shape& shape) { return shape.direct ? shape.depth : shape.workers; }

class data_session final : public file_session {
public:
    data_session(std::unique_ptr<data_file> data, context_layout layout, polling poll)
        : file_session(data->shape().workers, pool_for(data->shape()), layout, poll), data_(std::move(data)),
          buffers_(data_->shape().depth, data_->shape().bytes), file_(runtime_.adopt_file(data_->duplicate())) {
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        if (data_->shape().writes)
            return run_slice(workers_, scenarios::write_file(runtime_, file_, *data_, buffers_, order));
        return run_slice(workers_,
                         scenarios::read_file(runtime_, file_, data_->shape(), buffers_, order, into));
    }

private:
    std::unique_ptr<data_file> data_;
    block_buffers buffers_;
    files_runtime::file file_;
};

class storm_session final : public file_session {
public:
    storm_session(storm_shape shape, context_layout layout, polling poll)
        : file_session(shape.workers, shape.workers, layout, poll), shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        return run_slice(workers_, scenarios::metadata_storm(runtime_, folder_, shape_, order));
    }

private:
    storm_shape shape_;
    scratch_folder folder_;
};

} // namespace

opened_session open_data_session(const file_shape& shape, context_layout layout, polling poll) {
    if (auto refused = files_refuse(layout)) return std::unexpected(std::move(*refused));
    auto data = open_data_file(shape);
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(std::move(*data), layout, poll);
}

opened_session open_storm_session(storm_shape shape, context_layout layout, polling poll) {
    if (auto refused = files_refuse(layout)) return std::unexpected(std::move(*refused));
    return open_session<storm_session>(shape, layout, poll);
}

} // namespace bench::on_asio
