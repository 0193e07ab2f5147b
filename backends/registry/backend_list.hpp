// The list behind registry.hpp: what a registry has, and what was added to it.
#pragma once

#include "workloads/contract/backend.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace bench {

class backend_list {
public:
    backend_list(std::initializer_list<backend*> known) : all_(known) {}

    [[nodiscard]] std::span<backend* const> all() const noexcept { return all_; }

    [[nodiscard]] backend* find(std::string_view name) const {
        const auto at = std::ranges::find(all_, name, [](const backend* b) { return b->name(); });
        return at == all_.end() ? nullptr : *at;
    }

    bool add(std::unique_ptr<backend> added) {
        if (find(added->name()) != nullptr) return false;
        all_.push_back(added.get());
        owned_.push_back(std::move(added));
        return true;
    }

private:
    std::vector<backend*> all_;
    std::vector<std::unique_ptr<backend>> owned_;
};

} // namespace bench
