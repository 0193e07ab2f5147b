#pragma once

#include "workloads/cases/churn.hpp"
#include "workloads/contract/backend.hpp"

#include <spargio/core/options.hpp>

#include <memory>

namespace bench {

/// A session for net/churn. Throws std::exception when runtime or listeners can't be opened.
[[nodiscard]] std::unique_ptr<session> make_churn_session(const spargio::runtime_options& options,
                                                          const churn_shape& shape);

} // namespace bench
