// Runs a piece of code that may crash or hang in a process of its own, and brings home what it says.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// Calls `work` in a child made by fork(2) and returns the texts that it returns. Error: how the child ended
/// instead, as the end of a sentence: "crashed (SIGSEGV)", "did not come to an end within 10 s". Costs about a
/// millisecond. The child has the calling thread only; what it prints goes to the standard error output.
[[nodiscard]] std::expected<std::vector<std::string>, std::string>
run_isolated(const std::function<std::vector<std::string>()>& work, std::chrono::milliseconds limit);

} // namespace bench
