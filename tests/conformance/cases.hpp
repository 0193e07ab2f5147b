// The combinations that the conformance tests go through.
#pragma once

#include "workloads/backend.hpp"

#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace conformance {

/// One backend with one set of knobs on one workload with small parameters.
struct combination {
    bench::backend* runtime;
    const bench::workload* what;
    bench::parameters how;
    bench::knob_values knobs;
};

/// Prints as its name: for messages of the tests.
std::ostream& operator<<(std::ostream& out, const combination& which);

/// Letters, digits and underscores only: a name for a test.
std::string name_of(const combination& which);

/// Every backend of the build, and the example of a plugin.
std::span<bench::backend* const> runtimes();

/// Every backend × every workload, with the knobs as they are, and with each value of each knob that takes
/// words.
std::vector<combination> all_combinations();

/// The same with one parameter set a workload.
std::vector<combination> knob_combinations();

/// Every backend × every workload, once.
std::vector<combination> plain_combinations();

/// Opens; a test fails by the returned reason being empty or the kind being anything but a plain no.
struct opened {
    std::unique_ptr<bench::session> session; ///< null when refused
    bench::refusal refusal;
};
opened open(const combination& which);

} // namespace conformance
