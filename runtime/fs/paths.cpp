#include <spargio/fs/paths.hpp>

#include <spargio/fs/detail/system_result.hpp>
#include <spargio/ops/files/linkat.hpp>
#include <spargio/ops/files/renameat.hpp>
#include <spargio/ops/files/statx.hpp>
#include <spargio/ops/files/symlinkat.hpp>
#include <spargio/ops/files/unlinkat.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio::fs {
namespace {

task<io_result<file_metadata>> look_up(std::filesystem::path path, int flags) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    const unsigned mask = detail::metadata_mask();
    if (spargio::detail::operation_context::here().supports(IORING_OP_STATX)) {
        struct ::statx found;
        auto asked = co_await ops::statx(AT_FDCWD, path.c_str(), flags, mask, found);
        if (!asked) co_return std::unexpected(asked.error());
        co_return detail::to_metadata(found);
    }
    auto by_hand = [path = std::move(path), flags, mask]() -> io_result<file_metadata> {
        struct ::statx found;
        if (::statx(AT_FDCWD, path.c_str(), flags, mask, &found) != 0) return detail::system_failure(errno);
        return detail::to_metadata(found);
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

} // namespace

task<io_result<void>> remove_file(std::filesystem::path path) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(IORING_OP_UNLINKAT)) {
        auto answer = co_await ops::unlinkat(AT_FDCWD, path.c_str());
        co_return answer;
    }
    auto by_hand = [path = std::move(path)] { return detail::result_of(::unlink(path.c_str())); };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> rename(std::filesystem::path from, std::filesystem::path to) {
    if (!detail::is_whole(from) || !detail::is_whole(to)) co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(IORING_OP_RENAMEAT)) {
        auto answer = co_await ops::renameat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str());
        co_return answer;
    }
    auto by_hand = [from = std::move(from), to = std::move(to)] {
        return detail::result_of(::rename(from.c_str(), to.c_str()));
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> hard_link(std::filesystem::path original, std::filesystem::path link) {
    if (!detail::is_whole(original) || !detail::is_whole(link)) co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(IORING_OP_LINKAT)) {
        auto answer = co_await ops::linkat(AT_FDCWD, original.c_str(), AT_FDCWD, link.c_str());
        co_return answer;
    }
    auto by_hand = [original = std::move(original), link = std::move(link)] {
        return detail::result_of(::link(original.c_str(), link.c_str()));
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> symlink(std::filesystem::path target, std::filesystem::path link) {
    if (!detail::is_whole(target) || !detail::is_whole(link)) co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(IORING_OP_SYMLINKAT)) {
        auto answer = co_await ops::symlinkat(target.c_str(), AT_FDCWD, link.c_str());
        co_return answer;
    }
    auto by_hand = [target = std::move(target), link = std::move(link)] {
        return detail::result_of(::symlink(target.c_str(), link.c_str()));
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<file_metadata>> metadata(std::filesystem::path path) { return look_up(std::move(path), 0); }

task<io_result<file_metadata>> symlink_metadata(std::filesystem::path path) {
    return look_up(std::move(path), AT_SYMLINK_NOFOLLOW);
}

task<io_result<void>> set_permissions(std::filesystem::path path, std::filesystem::perms permissions) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    auto by_hand = [path = std::move(path), permissions] {
        return detail::result_of(::chmod(path.c_str(), static_cast<mode_t>(permissions)));
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<std::filesystem::path>> canonicalize(std::filesystem::path path) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    auto by_hand = [path = std::move(path)]() -> io_result<std::filesystem::path> {
        const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr), &std::free);
        if (found == nullptr) return detail::system_failure(errno);
        return std::filesystem::path(found.get());
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

} // namespace spargio::fs
