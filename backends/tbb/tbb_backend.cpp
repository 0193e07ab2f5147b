#include "backends/tbb/tbb_backend.hpp"

#include "backends/tbb/arena.hpp"
#include "backends/tbb/sessions.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/ground/idle_session.hpp"

#include <oneapi/tbb/task_group.h>
#include <oneapi/tbb/version.h>

namespace bench {
namespace on_tbb {
namespace {

/// The workers are woken by one parallel step first, so that they exist and then have nothing to do.
class woken_arena {
public:
    explicit woken_arena(std::size_t workers) : arena_(workers) {
        arena_.run([workers] {
            tbb::task_group group;
            for (std::size_t i = 0; i < workers; ++i) group.run([] {});
            group.wait();
        });
    }

private:
    arena arena_;
};

/// Answers for each scenario.
struct opener {
    joining join;

    opened_session operator()(const fanout_shape& shape) const { return make_fanout(shape); }
    opened_session operator()(const keyed_shape& shape) const { return make_keyed_fanout(shape); }
    opened_session operator()(const skynet_shape& shape) const { return make_skynet(shape, join); }
    opened_session operator()(const fib_shape& shape) const { return make_fib(shape, join); }
    opened_session operator()(const idle_park& shape) const {
        return open_session<idle_session<woken_arena>>(shape.workers);
    }
    opened_session operator()(const empty_slice&) const { return refuse_empty_slice(); }
    opened_session operator()(const ping_pong_shape&) const {
        return refuse_unsupported("oneTBB is a fork-join library: its tasks must not wait for messages, so two "
                                  "of them cannot hold a conversation");
    }
    template <works_on_files Shape>
    opened_session operator()(const Shape&) const {
        return refuse_unsupported(
            "oneTBB is a fork-join library without input and output: a task of its that reads blocks a "
            "worker, which is what the threads backend measures");
    }
    template <moves_on_connections Shape>
    opened_session operator()(const Shape&) const {
        return refuse_sockets();
    }
    opened_session operator()(const mixed_shape&) const { return refuse_sockets(); }

private:
    static opened_session refuse_sockets() {
        return refuse_unsupported("oneTBB has no sockets: a task that waited for one would keep a thread "
                                  "of the pool from all others");
    }
};

class tbb_backend final : public backend {
public:
    std::string_view name() const override { return "tbb"; }
    backend_kind kind() const override { return backend_kind::rival; }
    backend_class standing() const override { return backend_class::specialist; }
    /// A worker without work looks at its neighbours some hundred times before it sleeps.
    std::optional<wait_manner> waits(const knob_values&) const override { return wait_manner::spins; }
    std::string version() const override { return std::string("oneTBB ") + TBB_runtime_version(); }
    std::string_view summary() const override {
        return "oneTBB task_group in an arena of its own: fork and join by work-stealing";
    }
    [[nodiscard]] std::vector<knob_spec> knobs() const override {
        return {
            {"join", "bypass", "bypass, group", "",
             "how skynet and fib join: counted continuations and the scheduler bypass, or a waiting group"}};
    }

    [[nodiscard]] std::expected<knob_values, std::string>
    effective_knobs(const knob_values& given) const override {
        auto knobs = backend::effective_knobs(given);
        if (!knobs) return knobs;
        if (const auto& join = knobs->at("join"); join != "bypass" && join != "group")
            return std::unexpected("knob join=" + join + " is not legal; it takes bypass, group");
        return knobs;
    }

    opened_session open(const workload& asked, const parameters& values, const knob_values& given) override
        try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        return std::visit(opener{knobs->at("join") == "group" ? joining::group : joining::bypass},
                          asked.read(values));
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }
};

} // namespace
} // namespace on_tbb

backend& tbb_backend() {
    static on_tbb::tbb_backend instance;
    return instance;
}

} // namespace bench
