// W41 for every backend: its workers, and nothing for them to do.
#pragma once

#include "workloads/cases/idle.hpp"
#include "workloads/contract/backend.hpp"

#include <utility>

namespace bench {

/// `Workers` starts the threads of a runtime when it is made and ends them with itself.
template <class Workers>
class idle_session final : public session {
public:
    template <class... Arguments>
    explicit idle_session(Arguments&&... arguments) : workers_(std::forward<Arguments>(arguments)...) {}
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }

private:
    Workers workers_;
};

} // namespace bench
