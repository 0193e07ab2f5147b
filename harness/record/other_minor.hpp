// How a record that was read differs from one that this build writes.
#pragma once

#include "harness/common/json.hpp"

#include <string>
#include <vector>

namespace bench {

/// Files of other minor versions of the schema have keys more or less. Both are kept, so that a file that is
/// read and written again (merge) says what it said before.
struct other_minor {
    json added = json::object();      ///< keys without a field here, as they were read
    std::vector<std::string> lacking; ///< optional keys with a field here that were not there
};

} // namespace bench
