// A backend is a runtime under test. It opens sessions; a session runs slices (W1).
#pragma once

#include "workloads/contract/workload.hpp"
#include "workloads/measure/recorder.hpp"

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bench {

/// Knob values by name, as text. `effective` sets hold every knob of the backend, given sets only some.
using knob_values = std::map<std::string, std::string, std::less<>>;

/// Declaration of one tuning knob of a backend.
struct knob_spec {
    std::string name;
    std::string initial; ///< default, as text
    std::string range;   ///< legal values in words: "0 to 1000000", "on, off"
    std::string unit;    ///< "" where it has none
    std::string help;    ///< one line
};

/// Why a session could not be opened.
struct refusal {
    enum class kind_type {
        unsupported, ///< this backend has no honest way to do this; shown as such, never dropped
        unavailable, ///< it could, on another machine or with more installed; `reason` says with what
        bad_knob,    ///< the user's knobs are wrong; `reason` names the knob and what is legal
        failed,      ///< it should have worked: an error of the system or a defect
    };
    kind_type kind = kind_type::unsupported;
    std::string reason;
};

/// A backend at work on one workload: threads, sockets and files open and warm.
///
/// Called from one thread, the cell's main thread. Between two calls of `run` a session must be silent: its
/// threads asleep, no CPU used (a short settling spin of under a millisecond is allowed; the harness measures).
/// Destroying it joins every thread and closes every file.
class session {
public:
    session() = default;
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    virtual ~session() = default;

    /// Does `order.iterations` iterations and says what was done. Blocks until done.
    /// Latencies go to `into` only when `order.record_latency` is set.
    /// Throws std::exception when the runtime reports an error; the case is then invalid, the session closable.
    virtual slice_outcome run(const slice_order& order, recorder& into) = 0;

    /// What the runtime really uses, when it is known only after the start (kernel features and the like).
    [[nodiscard]] virtual std::map<std::string, std::string> capabilities() const { return {}; }
};

/// What `open` returns.
using opened_session = std::expected<std::unique_ptr<session>, refusal>;

enum class backend_kind {
    ours,  ///< Spargio
    rival, ///< another runtime
    floor, ///< the physical limit written by hand: not a rival
};

/// What people take it for: tables, pictures and gates speak of the general runtimes first (W8).
enum class backend_class {
    general,    ///< tasks, timers, sockets and files: what a server is written on
    specialist, ///< good at one family and not made for the others: threads, fork and join
    floor,      ///< written by hand for the case
};

/// How a worker waits that finds nothing to do. One that sleeps costs nothing then and is slow to wake: it is
/// compared with those that sleep, too. One that may spin, or polls, meets all, with its CPU time beside.
enum class wait_manner {
    sleeps, ///< in the kernel, at once
    spins,  ///< looks again for at most so long, then sleeps
    polls,  ///< never sleeps while a slice runs
};

[[nodiscard]] std::string_view word_of(backend_class standing) noexcept;
[[nodiscard]] std::string_view word_of(wait_manner waits) noexcept;
[[nodiscard]] std::optional<backend_class> backend_class_of(std::string_view word) noexcept;
[[nodiscard]] std::optional<wait_manner> wait_manner_of(std::string_view word) noexcept;

class backend {
public:
    backend() = default;
    backend(const backend&) = delete;
    backend& operator=(const backend&) = delete;
    virtual ~backend() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    [[nodiscard]] virtual backend_kind kind() const = 0;
    [[nodiscard]] virtual backend_class standing() const { return backend_class::general; }
    /// Of the arm with these knobs, all of them; none: a plugin that does not say.
    [[nodiscard]] virtual std::optional<wait_manner> waits(const knob_values& effective) const = 0;
    /// Version of the library under test, as it reports itself ("Boost.Asio 1.24.0 (Boost 1.81)").
    [[nodiscard]] virtual std::string version() const = 0;
    /// One line: what it is and in which idiom it is written.
    [[nodiscard]] virtual std::string_view summary() const = 0;
    [[nodiscard]] virtual std::vector<knob_spec> knobs() const { return {}; }

    /// Path of the shared library that the user gave with --plugin; empty for what belongs to the build.
    [[nodiscard]] virtual std::string_view origin() const { return {}; }
    /// Why nothing of it can run here, with the command that lifts it; none where it can.
    [[nodiscard]] virtual std::optional<std::string> lack() const { return std::nullopt; }

    /// The full knob set that `given` leads to, for the record. Error: names the knob and the legal values.
    [[nodiscard]] virtual std::expected<knob_values, std::string>
    effective_knobs(const knob_values& given) const;

    /// Opens a session. Never throws for a combination that it can't do: that is a refusal with a reason.
    [[nodiscard]] virtual opened_session open(const workload& asked, const parameters& values,
                                              const knob_values& given) = 0;
};

/// Wraps a concrete session (or its maker's result) the way `open` returns it.
template <class Session, class... Arguments>
[[nodiscard]] opened_session open_session(Arguments&&... arguments) {
    return std::make_unique<Session>(std::forward<Arguments>(arguments)...);
}

[[nodiscard]] inline std::unexpected<refusal> refuse_unsupported(std::string reason) {
    return std::unexpected(refusal{refusal::kind_type::unsupported, std::move(reason)});
}

} // namespace bench
