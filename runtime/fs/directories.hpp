// Making, removing and listing directories (R41). See paths.hpp for what holds for all.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/fs/directory_reader.hpp>
#include <spargio/tasks/task.hpp>

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

/// Removes a directory and all in it, as `rm -r` does, but never through a symbolic link, with a slash behind
/// it or not, nor when a directory becomes one meanwhile: links are removed, and what they point to stays. File
/// systems mounted below are emptied.
///
/// Errors at once, with nothing removed: ENOTDIR when the path is anything but a directory, a link too; ENOENT;
/// EINVAL when its last name is "." or ".."; EBUSY for the root of the file system, whatever it is called.
/// Later ones do not end it: it removes what it can and gives the first error, which does not say of which
/// name; ESTALE ends it, when a directory in which it works has been moved to another. What others remove
/// meanwhile is no error, and what they add may be ENOTEMPTY in the end.
///
/// Blocking pool, in one go: a tree is many calls, and each would be one wake-up of a task. Four calls a
/// directory and one for any other name; ten descriptors however deep the tree.
[[nodiscard]] task<io_result<void>> remove_dir_all(std::filesystem::path path);

/// Opens a directory for listing. Blocking pool: the kernel has no request for reading directories.
[[nodiscard]] task<io_result<directory_reader>> read_dir(std::filesystem::path path);

} // namespace spargio::fs
