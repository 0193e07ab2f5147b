// What is done to names in the file system (R41).
//
// Each function keeps its own copy of the paths; relative ones count from the working directory of the process
// at the moment when the kernel looks. Where the kernel has a request for it, that is used ("native"), and the
// blocking pool where it has none; the results are the same. On a shard only. Throws std::bad_alloc.
//
// Errors, for all: errno of the call named; EINVAL for a path with a NUL in it; `canceled` (the task was asked
// to stop, before it was begun or, natively, in time), `closed` (the runtime stops). Through the pool
// `overloaded` as well, and what has begun is not ended by a cancellation: its effect comes about although
// nobody hears of it when the runtime stops.
//
// A path that ends in slashes (`directory / ""` makes one) is ENOTDIR where it leads to a file. Behind a
// symbolic link to a directory the slash means the directory, as to open(2) and lstat(2), for whatever only
// looks, opens, makes or changes permissions, symlink_metadata() and hard_link() included. Removing and
// renaming never follow it: remove_file(), remove_dir(), remove_dir_all() and rename(), as its source and as
// its target, say ENOTDIR. An empty path is ENOENT for all.
//
// Cost natively: one frame, and the kernel's worker thread where the kernel would have to wait. Through the
// pool: two wake-ups.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/fs/file_metadata.hpp>
#include <spargio/tasks/task.hpp>

#include <filesystem>

namespace spargio::fs {

/// Removes a name of anything but a directory (unlink(2)). Native: IORING_OP_UNLINKAT, kernel 5.11.
[[nodiscard]] task<io_result<void>> remove_file(std::filesystem::path path);

/// Gives another name; a file of that name is replaced at once (rename(2)). Native: IORING_OP_RENAMEAT, kernel
/// 5.11.
[[nodiscard]] task<io_result<void>> rename(std::filesystem::path from, std::filesystem::path to);

/// Gives one more name (link(2)); a symbolic link is not followed. Native: IORING_OP_LINKAT, kernel 5.15.
[[nodiscard]] task<io_result<void>> hard_link(std::filesystem::path original, std::filesystem::path link);

/// Makes a symbolic link at `link` that says `target`, which need not be there (symlink(2)). Native:
/// IORING_OP_SYMLINKAT, kernel 5.15.
[[nodiscard]] task<io_result<void>> symlink(std::filesystem::path target, std::filesystem::path link);

/// About the file at the end of all symbolic links (statx(2)). Native: IORING_OP_STATX, kernel 5.6.
[[nodiscard]] task<io_result<file_metadata>> metadata(std::filesystem::path path);

/// About the symbolic link itself, or whatever it is. Native as metadata().
[[nodiscard]] task<io_result<file_metadata>> symlink_metadata(std::filesystem::path path);

/// Of the file behind symbolic links (chmod(2)). Blocking pool: the kernel has no request for it.
[[nodiscard]] task<io_result<void>> set_permissions(std::filesystem::path path,
                                                    std::filesystem::perms permissions);

/// The path from the root, without symbolic links and dots; all of it must be there (realpath(3)). Blocking
/// pool.
[[nodiscard]] task<io_result<std::filesystem::path>> canonicalize(std::filesystem::path path);

} // namespace spargio::fs
