// Opening as open(2) opens, without a thread that waits where open(2) does (R40, decision 0044).
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/core/io_result.hpp>
#include <spargio/tasks/task.hpp>

#include <filesystem>

#include <sys/types.h>

namespace spargio::fs::detail {

/// What open(2) gives for these flags, close-on-exec. The kernel is asked with O_NONBLOCK, which is taken off
/// afterwards unless it is in `flags`, so that no thread hangs in it: where a FIFO lacks its other side, this
/// waits by looking again, at first after 1 ms and then every 16 ms. Errors: those of open(2), and of pipe2(2)
/// while it waits for a writer; ENOENT where the FIFO is removed meanwhile; `canceled` and `closed`. Throws
/// std::bad_alloc.
///
/// A shared lease on the file (fcntl(2)) is waited for by a thread, as long as the system lets its holder.
[[nodiscard]] task<io_result<file_descriptor>> open_unhurried(std::filesystem::path path, int flags,
                                                              mode_t mode);

/// The same of what is a regular file or none yet, by a thread that may block. EINVAL where it is anything
/// else: it is not opened, or closed at once, and nothing waits for a FIFO or for a device.
[[nodiscard]] io_result<file_descriptor> open_regular(const std::filesystem::path& path, int flags,
                                                      mode_t mode);

} // namespace spargio::fs::detail
