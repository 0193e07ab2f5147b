// The one command that measures a case again, as words of a shell.
#pragma once

#include "harness/plan/plan.hpp"

#include <string>

namespace bench {

/// Names all that the case depends on: parameters, knobs, plugin, base build, blocks, slices, seed, CPUs.
[[nodiscard]] std::string repro_command(const group& measured, const arm& shown, const run_options& options);

} // namespace bench
