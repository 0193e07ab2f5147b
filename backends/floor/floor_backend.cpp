#include "backends/floor/floor_backend.hpp"

#include "backends/floor/crew.hpp"
#include "backends/floor/files.hpp"
#include "backends/floor/sessions.hpp"
#include "workloads/cases/idle.hpp"

namespace bench {
namespace by_hand {
namespace {

class idle_session final : public session {
public:
    explicit idle_session(std::size_t workers) : crew_(workers) {}
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }

private:
    crew crew_;
};

class empty_session final : public session {
public:
    slice_outcome run(const slice_order& order, recorder& into) override {
        return do_nothing(order, into.lane(0));
    }
};

class floor_backend final : public backend {
public:
    std::string_view name() const override { return "floor"; }
    backend_kind kind() const override { return backend_kind::floor; }
    std::string version() const override {
        return "by hand: C++ atomics, futex and eventfd, system calls and liburing";
    }
    std::string_view summary() const override {
        return "each scenario by hand, no runtime: the physical limit, not a rival";
    }
    std::vector<knob_spec> knobs() const override {
        return {{"wait", "spin", "spin, block", "",
                 "how a side of a ping_pong case waits: spinning on a cache line, or asleep in an eventfd"},
                {"mode", "parallel", "parallel, serial", "",
                 "how a fanout case does its branches: on all workers, or on one (the serial time)"},
                {"files", "fastest", "fastest, blocking, ring", "",
                 "how an fs case reads and writes: pread and pwrite, a ring by hand, or the faster of them"}};
    }

    std::expected<knob_values, std::string> effective_knobs(const knob_values& given) const override {
        auto knobs = backend::effective_knobs(given);
        if (!knobs) return knobs;
        if (const auto& wait = knobs->at("wait"); wait != "spin" && wait != "block")
            return std::unexpected("knob wait=" + wait + " is not legal; it takes spin, block");
        if (const auto& mode = knobs->at("mode"); mode != "parallel" && mode != "serial")
            return std::unexpected("knob mode=" + mode + " is not legal; it takes parallel, serial");
        if (const auto& files = knobs->at("files");
            files != "fastest" && files != "blocking" && files != "ring")
            return std::unexpected("knob files=" + files + " is not legal; it takes fastest, blocking, ring");
        return knobs;
    }

    std::expected<std::unique_ptr<session>, refusal> open(const workload& what, const parameters& how,
                                                          const knob_values& given) override try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const auto wait = knobs->at("wait") == "block" ? waiting::block : waiting::spin;
        const auto mode = knobs->at("mode") == "serial" ? branching::serial : branching::parallel;
        if (what.name == "ping_pong/steady_rtt")
            return make_steady_rtt(ping_pong_shape::read(how, false), wait);
        if (what.name == "ping_pong/tasks_rtt") return make_tasks_rtt(ping_pong_shape::read(how, false));
        if (what.name == "ping_pong/cold_start")
            return make_cold_start(ping_pong_shape::read(how, false), wait);
        if (what.name == "ping_pong/one_way_drain")
            return make_one_way_drain(ping_pong_shape::read(how, true), wait);
        if (what.name == "fanout/balanced") return make_balanced_fanout(fanout_shape::read(how), mode);
        if (what.name == "fanout/skewed") return make_skewed_fanout(fanout_shape::read(how), mode);
        if (what.name == "fanout/hotkey_rotation") return make_keyed_fanout(keyed_shape::read(how), mode);
        if (what.name == "fanout/skynet") return make_skynet(skynet_shape::read(how), mode);
        if (what.name == "fanout/fib") return make_fib(fib_shape::read(how), mode);
        if (what.name.starts_with("fs/")) return open_file_session(what, how, read_access(knobs->at("files")));
        if (what.name == "idle/park")
            return open_session<idle_session>(static_cast<std::size_t>(how["workers"]));
        if (what.name == "harness/empty") return open_session<empty_session>();
        if (what.name == "net/open_loop") return make_open_loop(open_loop_shape::read(how));
        if (what.name == "net/connections") return make_connections(connections_shape::read(how));
        if (what.name == "net/churn") return make_churn(churn_shape::read(how));
        if (what.name == "mixed/io_cpu")
            return refuse_unsupported(
                "what is mixed here are three limits that the floor has one by one (net/echo_rtt, "
                "fs/read_depth, "
                "fanout/balanced); how they share a CPU is a scheduler's business, and by hand that is the "
                "kernel's, which the threads backend shows");
        if (what.name.starts_with("net/")) return make_streams(stream_shape::read(what, how));
        return refuse_unsupported("the floor has no hand-written form of " + std::string(what.name) + " yet");
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }

private:
    static file_access read_access(std::string_view word) {
        if (word == "ring") return file_access::ring;
        return word == "blocking" ? file_access::blocking : file_access::fastest;
    }
};

} // namespace
} // namespace by_hand

backend& floor_backend() {
    static by_hand::floor_backend instance;
    return instance;
}

} // namespace bench
