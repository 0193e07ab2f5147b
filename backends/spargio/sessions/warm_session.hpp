// A session with a runtime that lives as long as it does.
#pragma once

#include "backends/spargio/scenario_runtime.hpp"
#include "workloads/contract/backend.hpp"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <spargio/spargio.hpp>

namespace bench {

class warm_session : public session {
public:
    explicit warm_session(const spargio::runtime_options& options)
        : started_(start(options)), runtime_(options.shards) {}

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{"io_uring", started_->features().summary()}, {"shards", std::to_string(started_->shards())}};
    }

protected:
    /// Stops the runtime, which ends every task: for sessions whose tasks refer to more than this. Nothing may
    /// be run afterwards.
    void end_runtime() noexcept { started_.reset(); }

    /// Runs a scenario's root task and waits for it.
    template <class T>
    T run_root(spargio::task<T> root) {
        auto handle = started_->spawn(std::move(root), spargio::pinned{0});
        return std::move(handle).get();
    }

private:
    static std::unique_ptr<spargio::runtime> start(const spargio::runtime_options& options) {
        auto started = spargio::runtime::start(options);
        if (!started) throw std::runtime_error(started.error().message);
        return std::move(*started);
    }

    std::unique_ptr<spargio::runtime> started_;

protected:
    spargio_scenario_runtime runtime_;
};

} // namespace bench
