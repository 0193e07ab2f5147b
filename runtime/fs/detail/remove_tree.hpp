// A directory and all that is in it, removed (R41).
#pragma once

#include <spargio/core/io_result.hpp>

#include <filesystem>

namespace spargio::fs::detail {

/// What remove_dir_all() does, on a thread that may block. Every name is looked up in a directory that is held
/// open, and none through a symbolic link, so that nothing outside is reached whatever others do meanwhile to
/// the tree. `root` has no NUL in it.
///
/// Cost: open, list, close and remove for each directory, one call for any other entry; ten descriptors, 32 KiB
/// and, for each directory on the way down, the names of the directories in it that are still to be removed. A
/// directory that lies more than eight levels above the deepest that is open costs two calls more.
[[nodiscard]] io_result<void> remove_tree(const std::filesystem::path& root);

} // namespace spargio::fs::detail
