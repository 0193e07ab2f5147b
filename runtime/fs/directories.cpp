#include <spargio/fs/directories.hpp>

#include <spargio/fs/detail/remove_tree.hpp>
#include <spargio/fs/detail/system_result.hpp>
#include <spargio/fs/paths.hpp>
#include <spargio/ops/files/mkdirat.hpp>
#include <spargio/ops/files/unlinkat.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio::fs {

task<io_result<void>> create_dir(std::filesystem::path path, mode_t mode) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(IORING_OP_MKDIRAT)) {
        auto answer = co_await ops::mkdirat(AT_FDCWD, path.c_str(), mode);
        co_return answer;
    }
    auto by_hand = [path = std::move(path), mode] { return detail::result_of(::mkdir(path.c_str(), mode)); };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> create_dir_all(std::filesystem::path path, mode_t mode) {
    if (path.empty()) co_return detail::system_failure(ENOENT);
    // From the far end: mostly all but the last is there.
    std::vector<std::filesystem::path> missing{std::move(path)};
    while (!missing.empty()) {
        auto made = co_await create_dir(missing.back(), mode);
        if (made) {
            missing.pop_back();
            continue;
        }
        if (made.error() == std::errc::no_such_file_or_directory) {
            auto above = missing.back().parent_path();
            if (above.empty() || above == missing.back()) co_return made;
            missing.push_back(std::move(above));
            continue;
        }
        // It is there, as the kernel says in more than one way (EEXIST, EROFS, EISDIR for the root).
        auto there = co_await metadata(missing.back());
        if (!there || !there->is_directory()) co_return made;
        missing.pop_back();
    }
    co_return io_result<void>();
}

task<io_result<void>> remove_dir(std::filesystem::path path) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(IORING_OP_UNLINKAT)) {
        auto answer = co_await ops::unlinkat(AT_FDCWD, path.c_str(), AT_REMOVEDIR);
        co_return answer;
    }
    auto by_hand = [path = std::move(path)] { return detail::result_of(::rmdir(path.c_str())); };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> remove_dir_all(std::filesystem::path path) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    auto by_hand = [path = std::move(path)] { return detail::remove_tree(path); };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

} // namespace spargio::fs
