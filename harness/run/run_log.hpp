// Where a run puts what happens: first the journal, then the state.
#pragma once

#include "harness/record/journal.hpp"
#include "harness/run/run_state.hpp"

namespace bench {

class run_log {
public:
    run_log(journal& lines, run_state& state) : journal_(lines), state_(state) {}

    void record(const run_event& event) {
        journal_.append(event);
        state_.apply(event);
    }

    void sync() { journal_.sync(); }

    [[nodiscard]] const run_state& state() const noexcept { return state_; }

private:
    journal& journal_;
    run_state& state_;
};

} // namespace bench
