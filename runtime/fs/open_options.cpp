#include <spargio/fs/open_options.hpp>

#include <spargio/fs/detail/opening.hpp>
#include <spargio/fs/detail/system_result.hpp>
#include <spargio/fs/file.hpp>

#include <cerrno>
#include <utility>

#include <fcntl.h>

namespace spargio::fs {

int open_options::open_flags() const noexcept {
    const auto has = [this](option wanted) { return (options_ & wanted) != 0; };
    const bool writes = has(writing) || has(appending);
    const bool makes = has(creating) || has(creating_new);
    if (!writes && !has(reading)) return -1;
    if (!writes && (makes || has(truncating))) return -1;
    if (has(appending) && has(truncating) && !has(creating_new)) return -1;
    int flags = O_CLOEXEC | more_flags_;
    flags |= writes ? (has(reading) ? O_RDWR : O_WRONLY) : O_RDONLY;
    if (has(appending)) flags |= O_APPEND;
    if (makes) flags |= O_CREAT;
    if (has(creating_new)) flags |= O_EXCL;
    if (has(truncating)) flags |= O_TRUNC;
    if (has(uncached)) flags |= O_DIRECT;
    return flags;
}

task<io_result<file>> open_options::open(std::filesystem::path path) const {
    return open_with(std::move(path), open_flags(), mode_);
}

task<io_result<file>> open_options::open_with(std::filesystem::path path, int flags, mode_t mode) {
    if (flags < 0 || !detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    auto opened = co_await detail::open_unhurried(std::move(path), flags, mode);
    if (!opened) co_return std::unexpected(opened.error());
    co_return file(std::move(*opened), (flags & O_DIRECT) == 0);
}

} // namespace spargio::fs
