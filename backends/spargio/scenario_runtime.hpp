// Spargio as the scenarios see it (workloads/async_runtime.hpp): thin inline wrappers, no frame and no virtual
// call of their own.
#pragma once

#include "backends/spargio/checked.hpp"
#include "backends/spargio/link.hpp"
#include "workloads/async_runtime.hpp"

#include <spargio/spargio.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

namespace bench {

class spargio_channel {
public:
    explicit spargio_channel(std::size_t capacity) : values_(capacity) {}
    [[nodiscard]] auto send(std::uint64_t value) {
        return checked([&] { return values_.send(value); });
    }
    [[nodiscard]] auto receive() {
        return checked([&] { return values_.receive(); });
    }

private:
    spargio::channel<std::uint64_t> values_;
};

/// Spargio under the names that scenarios use; everything is called from tasks of the running runtime.
class spargio_scenario_runtime {
public:
    template <class T>
    using task = spargio::task<T>;
    template <class T>
    using joiner = spargio::join_handle<T>;

    explicit spargio_scenario_runtime(std::size_t workers) : workers_(workers) {}

    [[nodiscard]] std::size_t workers() const { return workers_; }

    [[nodiscard]] joiner<std::uint64_t> spawn(task<std::uint64_t>&& what) {
        return spargio::spawn(std::move(what));
    }
    [[nodiscard]] joiner<std::uint64_t> spawn_on(std::size_t worker, task<std::uint64_t>&& what) {
        return spargio::spawn(std::move(what), spargio::pinned{static_cast<std::uint32_t>(worker)});
    }
    [[nodiscard]] spargio_link link(std::size_t from, std::size_t to) {
        return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
    }
    [[nodiscard]] std::unique_ptr<spargio_channel> make_channel(std::size_t capacity) {
        return std::make_unique<spargio_channel>(capacity);
    }

private:
    std::size_t workers_;
};

} // namespace bench
