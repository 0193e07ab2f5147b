#include "backends/tbb/tbb_backend.hpp"

#include "backends/tbb/arena.hpp"
#include "backends/tbb/sessions.hpp"
#include "workloads/cases/idle.hpp"

#include <oneapi/tbb/task_group.h>
#include <oneapi/tbb/version.h>

namespace bench {
namespace on_tbb {
namespace {

/// The workers are woken by one parallel step first, so that they exist and then have nothing to do.
class idle_session final : public session {
public:
    explicit idle_session(std::size_t workers) : arena_(workers) {
        arena_.run([workers] {
            tbb::task_group group;
            for (std::size_t i = 0; i < workers; ++i) group.run([] {});
            group.wait();
        });
    }
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }

private:
    arena arena_;
};

class tbb_backend final : public backend {
public:
    std::string_view name() const override { return "tbb"; }
    backend_kind kind() const override { return backend_kind::rival; }
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

    std::expected<std::unique_ptr<session>, refusal> open(const workload& what, const parameters& how,
                                                          const knob_values& given) override try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const auto join = knobs->at("join") == "group" ? joining::group : joining::bypass;
        if (what.name == "fanout/balanced" || what.name == "fanout/skewed")
            return make_fanout(fanout_shape::read(how));
        if (what.name == "fanout/hotkey_rotation") return make_keyed_fanout(keyed_shape::read(how));
        if (what.name == "fanout/skynet") return make_skynet(skynet_shape::read(how), join);
        if (what.name == "fanout/fib") return make_fib(fib_shape::read(how), join);
        if (what.name == "idle/park")
            return open_session<idle_session>(static_cast<std::size_t>(how["workers"]));
        if (what.name == "harness/empty")
            return refuse_unsupported(
                "the empty workload shows the harness's own cost, which the floor measures; no "
                "runtime takes part in it");
        if (what.name.starts_with("fs/"))
            return refuse_unsupported(
                "oneTBB is a fork-join library without input and output: a task of its that reads blocks a "
                "worker, which is what the threads backend measures");
        if (what.name.starts_with("ping_pong/"))
            return refuse_unsupported(
                "oneTBB is a fork-join library: its tasks must not wait for messages, so two "
                "of them cannot hold a conversation");
        if (what.name.starts_with("net/") || what.name.starts_with("mixed/"))
            return refuse_unsupported("oneTBB has no sockets: a task that waited for one would keep a thread "
                                      "of the pool from all others");
        return refuse_unsupported("the tbb backend has no form of " + std::string(what.name) + " yet");
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
