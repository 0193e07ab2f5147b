// Spargio as the scenarios see it (workloads/scenarios/async_runtime.hpp): thin inline wrappers, no frame and
// no virtual call of their own.
#pragma once

#include "backends/spargio/checked.hpp"
#include "backends/spargio/link.hpp"
#include "workloads/scenarios/async_runtime.hpp"
#include "workloads/scenarios/file_runtime.hpp"

#include <spargio/spargio.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
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

class spargio_file {
public:
    explicit spargio_file(spargio::fs::file file) noexcept : file_(std::move(file)) {}
    [[nodiscard]] auto read_at(std::span<std::byte> into, std::uint64_t offset) {
        return checked([&] { return file_.read_at(into, offset); });
    }
    [[nodiscard]] auto write_at(std::span<const std::byte> from, std::uint64_t offset) {
        return checked([&] { return file_.write_at(from, offset); });
    }
    [[nodiscard]] auto sync() {
        return checked([&] { return file_.sync_all(); });
    }
    [[nodiscard]] auto close() { return checked_task(file_.close()); }

private:
    spargio::fs::file file_;
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

    [[nodiscard]] joiner<std::uint64_t> spawn(task<std::uint64_t>&& work) {
        return spargio::spawn(std::move(work));
    }
    [[nodiscard]] joiner<std::uint64_t> spawn_on(std::size_t worker, task<std::uint64_t>&& work) {
        return spargio::spawn(std::move(work), spargio::pinned{static_cast<std::uint32_t>(worker)});
    }
    [[nodiscard]] spargio_link link(std::size_t from, std::size_t to) {
        return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
    }
    [[nodiscard]] std::unique_ptr<spargio_channel> make_channel(std::size_t capacity) {
        return std::make_unique<spargio_channel>(capacity);
    }

    using file = spargio_file;
    [[nodiscard]] file adopt_file(int descriptor) {
        return file(spargio::fs::file::from_fd(spargio::file_descriptor(descriptor)));
    }
    [[nodiscard]] task<file> create_file(const std::string& path) {
        auto made = co_await spargio::fs::file::create(path);
        if (!made) fail_scenario(made.error());
        co_return file(std::move(*made));
    }
    [[nodiscard]] auto rename_file(const std::string& from, const std::string& to) {
        return checked_task(spargio::fs::rename(from, to));
    }
    [[nodiscard]] task<std::uint64_t> file_size(const std::string& path) {
        auto known = co_await spargio::fs::metadata(path);
        if (!known) fail_scenario(known.error());
        co_return known->size;
    }
    [[nodiscard]] auto remove_file(const std::string& path) {
        return checked_task(spargio::fs::remove_file(path));
    }

private:
    std::size_t workers_;
};

} // namespace bench
