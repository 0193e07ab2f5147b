// W39: what a connection costs in memory once it has been used.
#pragma once

#include "workloads/cases/connections.hpp"
#include "workloads/contract/backend.hpp"
#include "workloads/measure/memory_growth.hpp"

#include <cstddef>
#include <string>

namespace bench {

/// Opens the connections of a session by `open`, lets each of them have its turn, and says what memory one has
/// taken. To be called when all that does not grow with the connections is there. Throws what `open` and the
/// session throw.
template <class Open>
[[nodiscard]] std::string measure_connections(session& opening, const connections_shape& shape,
                                              std::size_t lanes, Open open) {
    const memory_growth growth;
    open();
    recorder unused(lanes);
    opening.run({.iterations = shape.whole_turn()}, unused);
    return growth.per_one_of(shape.connections);
}

} // namespace bench
