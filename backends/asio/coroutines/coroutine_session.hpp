// A session whose slices are a shared scenario, run as one root coroutine.
#pragma once

#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "backends/asio/coroutines/run_slice.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/scenarios/async_runtime.hpp"

#include <functional>
#include <utility>

namespace bench::on_asio {

static_assert(async_runtime<coroutine_runtime>);

/// Runs one root coroutine a slice; which one, the maker says.
class coroutine_session final : public session {
public:
    using maker = std::function<coroutine_runtime::task<slice_outcome>(coroutine_runtime&, const slice_order&,
                                                                       recorder&)>;

    coroutine_session(std::size_t workers, context_layout layout, polling poll, maker root)
        : workers_(workers, layout, poll), runtime_(workers_), root_(std::move(root)) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_slice(workers_, root_(runtime_, order, into));
    }

private:
    worker_threads workers_;
    coroutine_runtime runtime_;
    maker root_;
};

} // namespace bench::on_asio
