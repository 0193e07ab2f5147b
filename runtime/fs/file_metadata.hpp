// What a file system knows about a file, beside its contents (statx(2)).
#pragma once

#include <spargio/fs/file_time.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

struct statx;

namespace spargio::fs {

/// As of the moment of asking. How fine times are the file system decides.
struct file_metadata {
    std::filesystem::file_type type = std::filesystem::file_type::none;
    std::filesystem::perms permissions = std::filesystem::perms::none;
    std::uint64_t size = 0;            ///< bytes
    std::uint64_t allocated_bytes = 0; ///< on the disk
    std::uint32_t block_bytes = 0;     ///< what to read and write at a time, as the file system advises
    std::uint32_t links = 0;           ///< names that it has
    std::uint32_t user = 0;
    std::uint32_t group = 0;
    std::uint64_t device = 0; ///< together with `inode` the identity of the file
    std::uint64_t inode = 0;
    file_time accessed;
    file_time modified;
    file_time changed;                ///< of contents or metadata
    std::optional<file_time> created; ///< where the file system keeps it

    [[nodiscard]] bool is_file() const noexcept { return type == std::filesystem::file_type::regular; }
    [[nodiscard]] bool is_directory() const noexcept { return type == std::filesystem::file_type::directory; }
    [[nodiscard]] bool is_symlink() const noexcept { return type == std::filesystem::file_type::symlink; }
};

namespace detail {

/// What to ask statx(2) for.
[[nodiscard]] unsigned metadata_mask() noexcept;
[[nodiscard]] file_metadata to_metadata(const struct ::statx& from) noexcept;

} // namespace detail

} // namespace spargio::fs
