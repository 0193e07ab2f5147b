// The registry of spargio-bench-test: backends that do right, or wrong in one way each. Linked instead of the
// real registry, so that the tests see the real program deal with real crashes.
#include "backends/registry/registry.hpp"

#include "backends/registry/backend_list.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace bench {
namespace {

enum class behaviour {
    steady,
    slow,
    crashes,
    hangs,
    wrong,
    throws,
    refuses,
    absent,
    busy_when_paused,
    dies_at_start,
    hangs_at_close,
};

/// Does the right thing by asking the workload for the answer, until its turn to misbehave has come.
class odd_session : public session {
public:
    odd_session(behaviour oddity, const workload& measured, const parameters& values, long after,
                bool at_latency)
        : oddity_(oddity), workload_(measured), values_(values), after_(after), at_latency_(at_latency) {
        if (oddity == behaviour::busy_when_paused)
            busy_ = std::jthread([](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                }
            });
    }

    ~odd_session() override {
        if (oddity_ == behaviour::hangs_at_close) sleep_for_ever();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        if (++slices_ > after_ || (at_latency_ && order.record_latency)) misbehave();
        const auto right = workload_.expect(values_, order);
        slice_outcome done{.operations = right.operations, .checksum = right.checksum, .bytes = right.bytes};
        // An answer that costs nothing would let the calibration ask for ever more iterations.
        spin_ns(order.iterations * (oddity_ == behaviour::slow ? 30'000 : 10'000));
        if (oddity_ == behaviour::wrong && slices_ > after_) ++done.checksum;
        for (std::uint64_t side = 0; side < right.distinct_threads; ++side) done.thread_ids.push_back(side + 1);
        if (order.record_latency && workload_.measures_latency)
            for (std::uint64_t i = 0; i < right.operations; ++i) into.lane(0).record(1'000 + i % 500);
        return done;
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        return {{"temper", "odd"}};
    }

private:
    static void sleep_for_ever() {
        for (;;) ::pause();
    }

    static void spin_ns(std::uint64_t duration_ns) {
        const auto until = now_ns() + duration_ns;
        while (now_ns() < until) {
        }
    }

    void misbehave() const {
        switch (oddity_) {
        case behaviour::crashes:
            std::fputs("last words of the crashing backend\n", stderr);
            std::signal(SIGSEGV, SIG_DFL); // a sanitizer would report it and end with exit code 1
            std::raise(SIGSEGV);
            break;
        case behaviour::hangs:
            sleep_for_ever();
            break;
        case behaviour::throws:
            throw std::runtime_error("the runtime reported an error");
        default:
            break;
        }
    }

    behaviour oddity_;
    const workload& workload_;
    parameters values_;
    long after_;
    bool at_latency_;
    long slices_ = 0;
    std::jthread busy_;
};

class odd_backend : public backend {
public:
    odd_backend(std::string_view name, behaviour oddity) : name_(name), oddity_(oddity) {}

    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] std::optional<wait_manner> waits(const knob_values&) const override {
        return wait_manner::sleeps;
    }
    [[nodiscard]] backend_kind kind() const override {
        return oddity_ == behaviour::steady ? backend_kind::ours : backend_kind::rival;
    }
    [[nodiscard]] std::string version() const override { return "test 1"; }
    [[nodiscard]] std::string_view summary() const override { return "a backend of the tests"; }
    [[nodiscard]] std::vector<knob_spec> knobs() const override {
        return {
            {"after", "1000000", "0 to 1000000", "slices", "slices before it misbehaves"},
            {"at", "count", "count, latency", "", "misbehave after the count, or in the first latency slice"}};
    }

    /// Two of them contradict each other, as those of a real backend may.
    [[nodiscard]] std::expected<knob_values, std::string>
    effective_knobs(const knob_values& given) const override {
        auto all = backend::effective_knobs(given);
        if (!all) return all;
        if (all->at("at") != "count" && all->at("at") != "latency")
            return std::unexpected("at=" + all->at("at") + " is not legal; it takes count, latency");
        if (all->at("at") == "latency" && all->at("after") == "13")
            return std::unexpected("after is 13 and at is latency: no latency slice has that number");
        return all;
    }

    [[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
    open(const workload& measured, const parameters& values, const knob_values& given) override {
        if (oddity_ == behaviour::refuses) return refuse_unsupported("it has no honest way to do this");
        if (oddity_ == behaviour::absent)
            return std::unexpected(
                refusal{refusal::kind_type::unavailable, "install it with: apt install odd"});
        if (oddity_ == behaviour::dies_at_start) std::abort();
        const auto value = [&](const char* name, std::string initial) {
            const auto at = given.find(name);
            return at == given.end() ? initial : at->second;
        };
        return open_session<odd_session>(oddity_, measured, values, std::stol(value("after", "1000000")),
                                         value("at", "count") == "latency");
    }

private:
    std::string_view name_;
    behaviour oddity_;
};

} // namespace

namespace {

backend_list& every() {
    static odd_backend steady("steady", behaviour::steady), slow("slow", behaviour::slow),
        crashes("crashes", behaviour::crashes), hangs("hangs", behaviour::hangs),
        wrong("wrong", behaviour::wrong), throws("throws", behaviour::throws),
        refuses("refuses", behaviour::refuses), absent("absent", behaviour::absent),
        busy("busy_when_paused", behaviour::busy_when_paused), dies("dies_at_start", behaviour::dies_at_start),
        clings("hangs_at_close", behaviour::hangs_at_close);
    static backend_list all{&steady,  &slow,   &crashes, &hangs, &wrong, &throws,
                            &refuses, &absent, &busy,    &dies,  &clings};
    return all;
}

} // namespace

std::span<backend* const> all_backends() { return every().all(); }
backend* find_backend(std::string_view name) { return every().find(name); }
bool add_backend(std::unique_ptr<backend> added) { return every().add(std::move(added)); }

} // namespace bench
