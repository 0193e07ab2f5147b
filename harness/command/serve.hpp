// `spargio-bench serve`: a backend's server by itself, for clients of one's own (W60 to W64).
#pragma once

#include "harness/plan/plan.hpp"

namespace bench {

/// Opens the session of the one case that `planned` holds, prints where it listens, on 127.0.0.1, and serves
/// until an interrupt (interrupt.hpp, installed before). No load generator: whoever connects is the client.
/// Exit code 0 at the interrupt; 2 for a plan of another number of cases or of a workload that does not serve,
/// and where the backend refuses or its server cannot go on.
[[nodiscard]] int run_serve(const plan& planned);

} // namespace bench
