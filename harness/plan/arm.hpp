// An arm: a backend with the knobs that the user gave it, one side of a comparison.
#pragma once

#include "harness/common/problem.hpp"
#include "workloads/contract/backend.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

struct arm {
    bench::backend* backend = nullptr;
    bool of_base = false;    ///< a cell of the base build (base_build.hpp), `NAME@base`
    knob_values knobs;       ///< only the given ones
    unsigned occurrence = 1; ///< 2 for the second of two equal arms (A/A)
    std::optional<double> injected_slowdown = std::nullopt;

    /// `spargio[spin=0]`, `floor#2`, `spargio@base[spin=0]`.
    [[nodiscard]] std::string label() const;
    /// As `-b` takes it: `spargio,spin=0`, `spargio@base,spin=0`.
    [[nodiscard]] std::string argument() const;
    /// The same for a cell, which does not know that it is the base.
    [[nodiscard]] std::string cell_argument() const;
};

/// Reads `name`, `name,knob=value,...` or `name[knob=value,...]`, where the name may end in `@base`; the
/// backend and its knobs must exist and be legal. Error: a sentence that names what is wrong and what is legal
/// or near.
[[nodiscard]] std::expected<arm, problem> parse_arm(std::string_view text);

} // namespace bench
