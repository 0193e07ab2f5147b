// W20–W23 on Spargio: the shared scenarios.
#include "workloads/scenarios/files.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/ground/fs_ground.hpp"

namespace bench::on_spargio {
namespace {

static_assert(file_runtime<spargio_scenario_runtime>);

class data_session final : public warm_session {
public:
    data_session(const spargio::runtime_options& options, std::unique_ptr<data_file> data)
        : warm_session(options), data_(std::move(data)), buffers_(data_->shape().depth, data_->shape().bytes),
          file_(runtime_.adopt_file(data_->duplicate())) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        if (data_->shape().writes)
            return run_root(scenarios::write_file(runtime_, file_, *data_, buffers_, order));
        return run_root(scenarios::read_file(runtime_, file_, data_->shape(), buffers_, order, into));
    }

private:
    std::unique_ptr<data_file> data_;
    block_buffers buffers_;
    spargio_file file_;
};

class storm_session final : public warm_session {
public:
    storm_session(const spargio::runtime_options& options, storm_shape shape)
        : warm_session(options), shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::metadata_storm(runtime_, folder_, shape_, order));
    }

private:
    storm_shape shape_;
    scratch_folder folder_;
};

} // namespace

opened_session open_data_session(const spargio::runtime_options& options, const file_shape& shape) {
    auto data = open_data_file(shape);
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(options, std::move(*data));
}

std::unique_ptr<session> make_storm(const spargio::runtime_options& options, const storm_shape& shape) {
    return std::make_unique<storm_session>(options, shape);
}

} // namespace bench::on_spargio
