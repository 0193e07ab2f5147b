#include "backends/floor/floor_backend.hpp"

#include "backends/floor/crew.hpp"
#include "backends/floor/sessions.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/ground/idle_session.hpp"

namespace bench {
namespace by_hand {
namespace {

class empty_session final : public session {
public:
    slice_outcome run(const slice_order& order, recorder& into) override {
        return do_nothing(order, into.lane(0));
    }
};

/// Answers for each scenario.
struct opener {
    waiting wait;
    branching mode;
    file_access access;

    opened_session operator()(const steady_rtt& shape) const { return make_steady_rtt(shape, wait); }
    opened_session operator()(const tasks_rtt& shape) const { return make_tasks_rtt(shape); }
    opened_session operator()(const cold_start& shape) const { return make_cold_start(shape, wait); }
    opened_session operator()(const one_way_drain& shape) const { return make_one_way_drain(shape, wait); }
    opened_session operator()(const balanced_fanout& shape) const { return make_balanced_fanout(shape, mode); }
    opened_session operator()(const skewed_fanout& shape) const { return make_skewed_fanout(shape, mode); }
    opened_session operator()(const keyed_shape& shape) const { return make_keyed_fanout(shape, mode); }
    opened_session operator()(const skynet_shape& shape) const { return make_skynet(shape, mode); }
    opened_session operator()(const fib_shape& shape) const { return make_fib(shape, mode); }
    opened_session operator()(const file_shape& shape) const { return open_data_session(shape, access); }
    opened_session operator()(const storm_shape& shape) const { return make_storm(shape); }
    opened_session operator()(const stream_shape& shape) const { return make_streams(shape); }
    opened_session operator()(const churn_shape& shape) const { return make_churn(shape); }
    opened_session operator()(const open_loop_shape& shape) const { return make_open_loop(shape); }
    opened_session operator()(const connections_shape& shape) const { return make_connections(shape); }
    template <is_served Shape>
    opened_session operator()(const Shape& shape) const {
        return make_serve(shape, answering_of(shape));
    }
    opened_session operator()(const mixed_shape&) const {
        return refuse_unsupported(
            "what is mixed here are three limits that the floor has one by one (net/echo_rtt, "
            "fs/read_depth, "
            "fanout/balanced); how they share a CPU is a scheduler's business, and by hand that is the "
            "kernel's, which the threads backend shows");
    }
    opened_session operator()(const idle_park& shape) const {
        return open_session<idle_session<crew>>(shape.workers);
    }
    opened_session operator()(const empty_slice&) const { return open_session<empty_session>(); }
};

class floor_backend final : public backend {
public:
    std::string_view name() const override { return "floor"; }
    backend_kind kind() const override { return backend_kind::floor; }
    backend_class standing() const override { return backend_class::floor; }
    std::optional<wait_manner> waits(const knob_values& effective) const override {
        return effective.at("wait") == "spin" ? wait_manner::polls : wait_manner::sleeps;
    }
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

    opened_session open(const workload& asked, const parameters& values, const knob_values& given) override
        try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        return std::visit(
            opener{.wait = knobs->at("wait") == "block" ? waiting::block : waiting::spin,
                   .mode = knobs->at("mode") == "serial" ? branching::serial : branching::parallel,
                   .access = read_access(knobs->at("files"))},
            asked.read(values));
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
