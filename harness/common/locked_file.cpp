#include "harness/common/locked_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bench {
namespace {

struct flock whole_file(short kind) {
    struct flock range {};
    range.l_type = kind;
    range.l_whence = SEEK_SET;
    return range;
}

bool has_that_name(int descriptor, const std::string& path) {
    struct stat held {
    }, named{};
    return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

} // namespace

std::string lock_failure::words() const {
    if (!is_held) return std::strerror(error);
    return holder > 0 ? fmt::format("process {}", holder) : "another process";
}

std::expected<locked_file, lock_failure> locked_file::open(const std::string& path, int flags) {
    for (;;) {
        locked_file opened(::open(path.c_str(), flags | O_CLOEXEC, 0644));
        if (opened.descriptor_ < 0) return std::unexpected(lock_failure{.error = errno});
        auto wanted = whole_file(F_WRLCK);
        if (::fcntl(opened.descriptor_, F_SETLK, &wanted) != 0 && (errno == EACCES || errno == EAGAIN)) {
            const int error = errno;
            auto other = whole_file(F_WRLCK);
            const bool asked = ::fcntl(opened.descriptor_, F_GETLK, &other) == 0;
            if (asked && other.l_type == F_UNLCK) continue; // let go since
            return std::unexpected(
                lock_failure{.error = error, .is_held = true, .holder = asked ? other.l_pid : 0});
        }
        if (has_that_name(opened.descriptor_, path)) return opened;
    }
}

locked_file::~locked_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

} // namespace bench
