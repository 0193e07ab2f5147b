// The workload cases as benchmarks of Google Benchmark.
#pragma once

namespace bench {

/// Registers each workload on each backend of the build, with default parameters and knobs, as
/// `family/case/backend`. Before benchmark::Initialize; once.
///
/// An iteration of Google Benchmark is an iteration of the workload; its time is the session's own (manual
/// time), so neither opening the session nor checking the answer is in it. The counter `ns_per_op` is the time
/// of one operation. A refusal or a wrong answer is reported as an error of that benchmark only.
void register_cases();

} // namespace bench
