// Whether this process may use io_uring at all: most containers forbid it.
#pragma once

#include <optional>
#include <string>

namespace bench {

/// Why a ring can't be made, entered or given anything here, with the remedy; none where it can. Asks the
/// kernel by making one.
[[nodiscard]] std::optional<std::string> io_uring_lack();

} // namespace bench
