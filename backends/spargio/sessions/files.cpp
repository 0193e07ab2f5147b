// W20–W23 on Spargio: the shared scenarios.
#include "backends/spargio/sessions/files.hpp"

#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/scenarios/files.hpp"

namespace bench {
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

std::expected<std::unique_ptr<session>, refusal>
open_spargio_file_session(const workload& what, const parameters& how,
                          const spargio::runtime_options& options) {
    if (what.name == "fs/metadata_storm") return open_session<storm_session>(options, storm_shape::read(how));
    auto data = open_data_file(file_shape::read(what, how));
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(options, std::move(*data));
}

} // namespace bench
