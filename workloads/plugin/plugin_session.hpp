// A session of a plugin (backend_c.h) as a session like any other.
#pragma once

#include "workloads/backend_c.h"
#include "workloads/contract/backend.hpp"

#include <array>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// Opens a session of a plugin that is loaded. `knobs` holds every knob. The table must outlive the session.
[[nodiscard]] std::expected<std::unique_ptr<session>, refusal> open_plugin_session(const bench_backend& table,
                                                                                   const workload& asked,
                                                                                   const parameters& values,
                                                                                   const knob_values& knobs);

/// Knobs in the form of the interface; refers to `knobs`.
[[nodiscard]] std::vector<bench_setting> plugin_settings(const knob_values& knobs);

/// Memory for the sentence that a function of the interface may write.
class plugin_text {
public:
    [[nodiscard]] bench_text view() noexcept {
        bytes_[0] = '\0';
        return {bytes_.data(), bytes_.size()};
    }
    /// What was written, whether it ends as it should or not.
    [[nodiscard]] std::string text() const;

private:
    std::array<char, 1024> bytes_{};
};

} // namespace bench
