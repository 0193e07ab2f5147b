// Whole files at once (R41). See paths.hpp for what holds for all.
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/tasks/task.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spargio::fs {

/// All that a file contains, or that comes over a pipe or a terminal until it ends, as /dev/stdin. Native:
/// open, statx, reads, close.
[[nodiscard]] task<io_result<std::vector<std::byte>>> read(std::filesystem::path path);

/// The same as text, as it is: nothing is converted or checked.
[[nodiscard]] task<io_result<std::string>> read_to_string(std::filesystem::path path);

/// Makes the file or empties it, and writes all of `contents`, which it borrows. Not atomic: after an error the
/// file has a part of it. Waits for no disk; see file::sync_all(). Native: open, writes, close.
[[nodiscard]] task<io_result<void>> write(std::filesystem::path path, std::span<const std::byte> contents);
[[nodiscard]] task<io_result<void>> write(std::filesystem::path path, std::string_view contents);

/// Copies contents and permissions of a regular file; `to` is made or emptied. Gives the bytes copied. EINVAL
/// when `from` is no regular file, which is then not opened. Blocking pool, by copy_file_range(2), which may
/// share blocks instead of copying them; the kernel has no request for it. Between 16 MiB and the next the task
/// can be cancelled; the copy so far stays.
///
/// Where `to` is there and is no regular file, a FIFO or a device, which may never take the contents, or `from`
/// says that it is empty, as what the kernel makes up (/proc) and may have to wait for, requests of the ring
/// copy, which a cancellation ends at any time.
[[nodiscard]] task<io_result<std::uint64_t>> copy(std::filesystem::path from, std::filesystem::path to);

} // namespace spargio::fs
