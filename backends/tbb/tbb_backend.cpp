#include "backends/tbb/tbb_backend.hpp"

#include "workloads/fanout.hpp"
#include "workloads/idle.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#include <oneapi/tbb/version.h>

#include <new>
#include <vector>

namespace bench {
namespace on_tbb {
namespace {

namespace tbb = oneapi::tbb;

/// An arena of `workers` threads, of which the caller is one, and no more threads in the process than that.
class arena {
public:
    explicit arena(std::size_t workers)
        : limit_(tbb::global_control::max_allowed_parallelism, workers), arena_(static_cast<int>(workers), 1) {
        arena_.initialize();
    }

    template <class Job>
    void run(Job job) {
        arena_.execute(job);
    }

private:
    /// Joins the library's threads when it is destroyed, as the last of the members; without it they stay.
    struct scheduler {
        scheduler() : handle(tbb::attach{}) {}
        scheduler(const scheduler&) = delete;
        scheduler& operator=(const scheduler&) = delete;
        ~scheduler() { tbb::finalize(handle, std::nothrow); }
        tbb::task_scheduler_handle handle;
    };

    scheduler scheduler_;
    tbb::global_control limit_;
    tbb::task_arena arena_;
};

/// W13, W14: each branch a task of its own, joined by the group; the joining thread takes part.
class fanout_session final : public session {
public:
    explicit fanout_session(fanout_shape shape)
        : shape_(shape), arena_(shape.workers), results_(shape.branches) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done;
        arena_.run([&] {
            tbb::task_group group;
            for (std::uint64_t i = 0; i < order.iterations; ++i)
                for (std::uint64_t request = 0; request < shape_.requests; ++request) {
                    fork_and_join(group, order.seed, request);
                    for (const std::uint64_t result : results_) done.checksum += result;
                    done.operations += results_.size();
                }
        });
        return done;
    }

private:
    void fork_and_join(tbb::task_group& group, std::uint64_t seed, std::uint64_t request) {
        for (std::uint64_t branch = 0; branch < shape_.branches; ++branch)
            group.run(
                [this, seed, request, branch] { results_[branch] = shape_.run_branch(seed, request, branch); });
        group.wait();
    }

    fanout_shape shape_;
    arena arena_;
    std::vector<std::uint64_t> results_;
};

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

    std::expected<std::unique_ptr<session>, refusal> open(const workload& what, const parameters& how,
                                                          const knob_values& given) override try {
        if (const auto knobs = effective_knobs(given); !knobs)
            return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        if (what.name == "fanout/balanced" || what.name == "fanout/skewed")
            return open_session<fanout_session>(fanout_shape::read(how));
        if (what.name == "idle/park")
            return open_session<idle_session>(static_cast<std::size_t>(how["workers"]));
        if (what.name == "harness/empty")
            return refuse_unsupported(
                "the empty workload shows the harness's own cost, which the floor measures; no "
                "runtime takes part in it");
        if (what.name.starts_with("ping_pong/"))
            return refuse_unsupported(
                "oneTBB is a fork-join library: its tasks must not wait for messages, so two "
                "of them cannot hold a conversation");
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
