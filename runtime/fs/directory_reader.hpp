// fs::directory_reader: the entries of a directory, one after the other (R41).
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/tasks/task.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace spargio::fs {

/// A name in a directory.
struct directory_entry {
    std::filesystem::path path; ///< that of the directory, and the name
    /// `unknown` where the file system does not say, and of the link itself where it is one.
    std::filesystem::file_type type = std::filesystem::file_type::unknown;
    std::uint64_t inode = 0;

    [[nodiscard]] std::filesystem::path name() const { return path.filename(); }
};

/// What read_dir() gives. One task at a time. Reads ahead, 256 entries a visit of the blocking pool.
class directory_reader {
public:
    class listing;
    explicit directory_reader(std::shared_ptr<listing> from) noexcept : from_(std::move(from)) {}

    /// The next entry, in no particular order, without "." and ".."; none at the end, and again none. What is
    /// made or removed meanwhile may be seen or not. Errors as in paths.hpp (readdir(3)); after one it can be
    /// asked again. Throws std::bad_alloc. On a shard only.
    [[nodiscard]] task<io_result<std::optional<directory_entry>>> next();

private:
    std::shared_ptr<listing> from_; // shared with a function on the pool that a stop may leave behind
};

} // namespace spargio::fs
