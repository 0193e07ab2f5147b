#include <spargio/fs/file_metadata.hpp>

#include <chrono>

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace spargio::fs::detail {
namespace {

std::filesystem::file_type type_of(unsigned mode) noexcept {
    using enum std::filesystem::file_type;
    switch (mode & S_IFMT) {
    case S_IFREG:
        return regular;
    case S_IFDIR:
        return directory;
    case S_IFLNK:
        return symlink;
    case S_IFBLK:
        return block;
    case S_IFCHR:
        return character;
    case S_IFIFO:
        return fifo;
    case S_IFSOCK:
        return socket;
    default:
        return unknown;
    }
}

file_time moment(const struct ::statx_timestamp& from) noexcept {
    return {std::chrono::sys_seconds(std::chrono::seconds(from.tv_sec)),
            std::chrono::nanoseconds(from.tv_nsec)};
}

constexpr std::uint64_t bytes_a_block = 512; // in which stx_blocks counts, whatever the file system's are

} // namespace

unsigned metadata_mask() noexcept { return STATX_BASIC_STATS | STATX_BTIME; }

file_metadata to_metadata(const struct ::statx& from) noexcept {
    file_metadata to;
    to.type = type_of(from.stx_mode);
    to.permissions = static_cast<std::filesystem::perms>(from.stx_mode & 07777);
    to.size = from.stx_size;
    to.allocated_bytes = from.stx_blocks * bytes_a_block;
    to.block_bytes = from.stx_blksize;
    to.links = from.stx_nlink;
    to.user = from.stx_uid;
    to.group = from.stx_gid;
    to.device = makedev(from.stx_dev_major, from.stx_dev_minor);
    to.inode = from.stx_ino;
    to.accessed = moment(from.stx_atime);
    to.modified = moment(from.stx_mtime);
    to.changed = moment(from.stx_ctime);
    if ((from.stx_mask & STATX_BTIME) != 0) to.created = moment(from.stx_btime);
    return to;
}

} // namespace spargio::fs::detail
