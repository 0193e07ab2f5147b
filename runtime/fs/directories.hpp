// Making, removing and listing directories (R41). See paths.hpp for what holds for all.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/fs/directory_reader.hpp>
#include <spargio/task/task.hpp>

#include <filesystem>

#include <sys/types.h>

namespace spargio::fs {

/// Makes a directory in one that is there (mkdir(2)), with `mode` less the process's umask. Native:
/// IORING_OP_MKDIRAT, kernel 5.15.
[[nodiscard]] task<io_result<void>> create_dir(std::filesystem::path path, mode_t mode = 0777);

/// Makes a directory and those above it that are missing. It is no error when it is there, or comes about
/// meanwhile; what was made before an error stays. A request for each that is missing, and for one above.
[[nodiscard]] task<io_result<void>> create_dir_all(std::filesystem::path path, mode_t mode = 0777);

/// Removes an empty directory (rmdir(2)). Native: IORING_OP_UNLINKAT, kernel 5.11.
[[nodiscard]] task<io_result<void>> remove_dir(std::filesystem::path path);

/// Removes a directory and all in it, without following symbolic links; ENOTDIR when the path is anything else,
/// a symbolic link too. What was removed before an error is gone. Blocking pool, in one go, by
/// std::filesystem::remove_all: a tree is many calls, and each would be one wake-up of a task.
[[nodiscard]] task<io_result<void>> remove_dir_all(std::filesystem::path path);

/// Opens a directory for listing. Blocking pool: the kernel has no request for reading directories.
[[nodiscard]] task<io_result<directory_reader>> read_dir(std::filesystem::path path);

} // namespace spargio::fs
