// What tests of registered files and sockets share.
#pragma once

#include <spargio/detail/ring/fault_plan.hpp>
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace spargio {

/// Whether this kernel, or the one that the environment plays, registers files; else all are plain, with the
/// same results.
inline bool kernel_registers_files() {
    static const bool it_does = start(1)->features().registered_files;
    return it_does;
}
inline bool kernel_registers_sockets() {
    static const bool it_does = start(1)->features().prompt_release;
    return it_does;
}

/// Counts the requests that go to the rings by place and by number, and changes none; nothing is tried on the
/// spot meanwhile.
class place_count : public detail::fault_plan {
public:
    place_count() { install(this); }
    place_count(const place_count&) = delete;
    place_count& operator=(const place_count&) = delete;
    ~place_count() { install(nullptr); }

    std::optional<std::int32_t> judge(io_uring_sqe& entry) noexcept override {
        if ((entry.flags & IOSQE_FIXED_FILE) != 0)
            ++by_place;
        else if (entry.opcode != IORING_OP_OPENAT && entry.opcode != IORING_OP_CLOSE)
            ++by_number;
        return std::nullopt;
    }

    std::atomic<int> by_place{0};
    std::atomic<int> by_number{0};
};

} // namespace spargio
