// The combinations that the conformance tests go through.
#pragma once

#include "workloads/contract/backend.hpp"

#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace conformance {

/// One backend with one set of knobs on one workload with small parameters.
struct combination {
    bench::backend* runtime;
    const bench::workload* asked;
    bench::parameters values;
    bench::knob_values knobs;
};

/// Prints as its name: for messages of the tests.
std::ostream& operator<<(std::ostream& out, const combination& one);

/// Letters, digits and underscores only: a name for a test.
std::string name_of(const combination& one);

/// Every backend of the build, and the example of a plugin.
std::span<bench::backend* const> runtimes();

/// Every backend × every workload, with the knobs as they are, and with each value of each knob that takes
/// words. Thinned where that is asked for.
std::vector<combination> all_combinations();

/// The same with one parameter set a workload. Thinned as well.
std::vector<combination> knob_combinations();

/// How many combinations are tested: the environment variable SPARGIO_CONFORMANCE, `whole` (the default) or
/// `thin`. Thin is for a further compiler or a sanitizer, after a whole run has shown that the answers are
/// right. Ends the program on any other word.
bool is_thin();

/// Of `whole`: everything with the knobs as they are, and each further knob with the first parameters of every
/// third workload, another third for the next knob. So each backend × workload × parameters stays, and each
/// knob.
std::vector<combination> thinned(const std::vector<combination>& whole);

/// Every backend × every workload, once.
std::vector<combination> plain_combinations();

/// Opens; a test fails by the returned reason being empty or the kind being anything but a plain no.
struct opened {
    std::unique_ptr<bench::session> session; ///< null when refused
    bench::refusal refusal;
};
opened open(const combination& one);

} // namespace conformance
