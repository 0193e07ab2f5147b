// What coordinator and cell say to each other, one JSON document a line:
//   (start)                                        → open {knobs, capabilities} | refused {kind, reason}
//   warm  {slice_ns, seed}                         → warming {} after each slice, at last warm {iterations}
//   slice {iterations, seed, latency}              → slice {slice, latency, paused_cpu_ns, paused_wall_ns}
//   close                                          → closed {peak_rss_bytes}, and the process ends
// Instead of any answer: wrong {reason} or failed {reason}, and the process ends.
//
// A change that an older build can't follow raises `cell_protocol` (base_build.hpp).
#pragma once

#include "harness/record/named_texts.hpp"
#include "harness/record/run_event.hpp"
#include "workloads/contract/backend.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace bench {

/// Finds the iterations of a slice of so many ns, and runs until the rate is stable.
struct warm_command {
    std::uint64_t slice_ns = 0;
    std::uint64_t seed = 0;
};
/// Runs one slice.
struct slice_command {
    std::uint64_t iterations = 1;
    std::uint64_t seed = 0;
    bool latency = false; ///< records the latency of each operation
};
/// Closes the session.
struct close_command {};

using cell_command = std::variant<warm_command, slice_command, close_command>;

struct session_opened {
    named_texts knobs_effective;
    named_texts capabilities;
};
struct session_refused {
    refusal::kind_type kind = refusal::kind_type::failed;
    std::string reason;
};
/// A sign of life: another slice of the warm-up is done.
struct still_warming {};
struct warmed_up {
    std::uint64_t iterations = 1; ///< of a slice
};
struct slice_measured {
    slice_figures figures;
    pause_figures pause; ///< before the slice
    bool with_latency = false;
    std::optional<latency_record> latency = std::nullopt; ///< none where nothing was recorded
};
struct session_closed {
    std::uint64_t peak_rss_bytes = 0;
};
/// The answer of the backend was not the right one.
struct wrong_result {
    std::string reason;
};
struct cell_error {
    std::string reason;
};

using cell_answer = std::variant<session_opened, session_refused, still_warming, warmed_up, slice_measured,
                                 session_closed, wrong_result, cell_error>;

/// One line without its end.
[[nodiscard]] std::string line_of(const cell_command& command);
[[nodiscard]] std::string line_of(const cell_answer& answer);

/// Throws json::exception or std::out_of_range for what is no command of this protocol.
[[nodiscard]] cell_command command_from_line(const std::string& line);

/// None for what is no answer of this protocol.
[[nodiscard]] std::optional<cell_answer> answer_from_line(const std::string& line);

} // namespace bench
