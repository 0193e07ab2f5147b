// The files that an fs session works on: in a directory of their own below the temporary directory (TMPDIR),
// removed with it.
#pragma once

#include "workloads/cases/files.hpp"
#include "workloads/contract/backend.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace bench {

/// A directory, named after this process. Making one removes those of processes that were killed.
class scratch_folder {
public:
    /// Throws std::system_error naming the place and TMPDIR.
    scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Throws when something is left in it: a storm that does not clean up.
    void expect_empty() const;

private:
    std::filesystem::path path_;
};

/// The file of a slice of reads or writes, filled and in the page cache.
class data_file {
public:
    /// Throws std::system_error; see open_data_file() for what a file system can't do.
    explicit data_file(const file_shape& shape);
    data_file(const data_file&) = delete;
    data_file& operator=(const data_file&) = delete;
    ~data_file();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Opened for what the shape asks for, close-on-exec. Stays ours.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// The same once more, for an owner of its own.
    [[nodiscard]] int duplicate() const;
    /// The sum of the marks that stand in the file now: after each iteration of writes.
    [[nodiscard]] std::uint64_t sum_of_marks() const;
    [[nodiscard]] const file_shape& shape() const noexcept { return shape_; }

private:
    void fill() const;

    file_shape shape_;
    scratch_folder folder_;
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::span<const std::byte> mapped_;
};

/// A data file, or why this machine has none: O_DIRECT is not to be had everywhere.
[[nodiscard]] std::expected<std::unique_ptr<data_file>, refusal> open_data_file(const file_shape& shape);

/// The two names of a storm's file.
struct storm_names {
    storm_names(const std::filesystem::path& folder, std::uint64_t number);
    std::string made;
    std::string renamed;
};

/// Buffers for blocks, aligned for O_DIRECT.
class block_buffers {
public:
    block_buffers(std::size_t count, std::size_t bytes);
    [[nodiscard]] std::span<std::byte> operator[](std::size_t index) const noexcept {
        return {memory_.get() + index * bytes_, bytes_};
    }

private:
    struct release {
        void operator()(std::byte* memory) const noexcept;
    };
    std::size_t bytes_;
    std::unique_ptr<std::byte[], release> memory_;
};

/// Throws std::runtime_error "read gave 17 bytes instead of 4096" when they differ.
void expect_transferred(const char* call, std::uint64_t got, std::uint64_t wanted);
/// Throws std::system_error with `what` and the errno.
[[noreturn]] void fail_call(const char* call, int error);

} // namespace bench
