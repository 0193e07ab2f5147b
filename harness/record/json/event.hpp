// Events of a run as lines of the journal. Reading throws json::exception or std::out_of_range for what no run
// writes.
#pragma once

#include "harness/record/run_event.hpp"

#include <optional>

namespace bench {

[[nodiscard]] json to_json(const run_event& event);

/// None for a kind of event that this build doesn't know.
[[nodiscard]] std::optional<run_event> event_from_json(const json& written);

} // namespace bench
