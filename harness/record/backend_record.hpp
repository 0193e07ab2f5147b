// What the file says of a backend, so that it can be read without this build.
#pragma once

#include "harness/record/other_minor.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// A tuning knob of a backend.
struct knob_record {
    std::string name;
    std::string initial; ///< key `default`
    std::string range;   ///< legal values in words
    std::string unit;
    std::string help;
    other_minor beyond = {};
};

/// An entry under `backends` of the result schema.
struct backend_record {
    std::string name;
    std::string kind;                                   ///< ours, rival or floor
    std::optional<std::string> standing = std::nullopt; ///< key `class`: general, specialist or floor
    std::string version;
    std::string summary;
    std::optional<std::string> plugin =
        std::nullopt; ///< the shared library that --plugin named; none: of the build
    std::optional<std::string> digest =
        std::nullopt; ///< SHA-256 of the library it is loaded from; none: of no library
    std::vector<knob_record> knobs;
    other_minor beyond = {};
};

} // namespace bench
