// What tests of registered buffers share.
#pragma once

#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace spargio {

inline constexpr std::size_t page = 4096;

/// Whether the environment plays a kernel that registers nothing; then all are plain, with the same results.
inline bool kernel_registers() {
    static const bool it_does = start(1)->features().registered_buffers;
    return it_does;
}

inline void fill(std::span<std::byte> bytes, unsigned seed) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256 + seed);
}

inline bool is_filled(std::span<const std::byte> bytes, unsigned seed, std::size_t begin = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (bytes[i] != static_cast<std::byte>((begin + i) * 7 + (begin + i) / 256 + seed)) return false;
    return true;
}

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> numbers{};
        if (::pipe2(numbers.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
        out = file_descriptor(numbers[0]);
        in = file_descriptor(numbers[1]);
    }
    file_descriptor out;
    file_descriptor in;
};

inline task<io_result<registered_buffer>> make_one(std::size_t bytes) {
    co_return registered_buffer::make(bytes);
}

} // namespace spargio
