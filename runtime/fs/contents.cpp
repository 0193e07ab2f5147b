#include <spargio/fs/contents.hpp>

#include <spargio/core/file_descriptor.hpp>
#include <spargio/fs/detail/opening.hpp>
#include <spargio/fs/detail/system_result.hpp>
#include <spargio/fs/file.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio::fs {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10;

/// A copy under way; with the pool's function while one runs.
class copying {
public:
    /// Opens both, a target only that is a regular file. It blocks, but never for a reader or writer that may
    /// not come. False where going on may: the target is something else, which may never take what comes, or
    /// the source says nothing of its length, as what the kernel makes up (/proc) and perhaps has to wait for.
    io_result<bool> begin(const std::filesystem::path& from, const std::filesystem::path& to) {
        if (const auto opened = open_source(from); !opened) return std::unexpected(opened.error());
        struct ::stat target {};
        if (::stat(to.c_str(), &target) == 0 && !S_ISREG(target.st_mode)) return false;
        if (const auto opened = open_target(to); !opened) return std::unexpected(opened.error());
        return source_.st_size != 0;
    }

    file_descriptor give_source() noexcept { return std::move(from_); }
    /// None where it has yet to be opened.
    file_descriptor give_target() noexcept { return std::move(to_); }

    /// At most 16 MiB more; true when all is copied. Blocks.
    io_result<bool> go_on() {
        for (std::size_t left = a_step; left != 0;) {
            const auto count = in_kernel_ ? within_kernel(left) : by_buffer(left);
            if (!count) return std::unexpected(count.error());
            if (*count == 0) return true;
            left -= *count;
            done += *count;
        }
        return false;
    }

    /// Word of what could not be written, as close(2) brings it.
    io_result<void> end() { return detail::result_of(::close(to_.release())); }

    std::uint64_t done = 0;

private:
    static constexpr std::size_t a_step = std::size_t{16} << 20;

    io_result<void> open_source(const std::filesystem::path& from) {
        auto opened = detail::open_regular(from, O_RDONLY, 0);
        if (!opened) return std::unexpected(opened.error());
        from_ = std::move(*opened);
        return detail::result_of(::fstat(from_.get(), &source_));
    }

    /// And empties it.
    io_result<void> open_target(const std::filesystem::path& to) {
        const mode_t mode = source_.st_mode & 07777;
        auto opened = detail::open_regular(to, O_WRONLY | O_CREAT, mode);
        if (!opened) return std::unexpected(opened.error());
        to_ = std::move(*opened);
        struct ::stat target {};
        if (::fstat(to_.get(), &target) != 0) return detail::system_failure(errno);
        if (source_.st_dev == target.st_dev && source_.st_ino == target.st_ino)
            return detail::system_failure(EINVAL); // emptying it would lose what is to be copied
        if (::ftruncate(to_.get(), 0) != 0) return detail::system_failure(errno);
        return detail::result_of(::fchmod(to_.get(), mode));
    }

    /// copy_file_range(2), which not every pair of files can do.
    io_result<std::size_t> within_kernel(std::size_t most) {
        for (;;) {
            const ssize_t count = ::copy_file_range(from_.get(), nullptr, to_.get(), nullptr, most, 0);
            if (count > 0) return static_cast<std::size_t>(count);
            // What the kernel makes up as it is read, in /proc and the like, has no length: read it to be sure.
            const bool says_nothing = count == 0 && done == 0;
            if (count == 0 && !says_nothing) return 0;
            if (count < 0 && errno == EINTR) continue;
            const bool cant = says_nothing || errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                              errno == EOPNOTSUPP || errno == EPERM || errno == EBADF;
            if (!cant || done != 0) return detail::system_failure(errno);
            in_kernel_ = false;
            return by_buffer(most);
        }
    }

    io_result<std::size_t> by_buffer(std::size_t most) {
        if (buffer_ == nullptr) buffer_ = std::make_unique<std::byte[]>(buffer_bytes);
        const ssize_t came =
            retried([&] { return ::read(from_.get(), buffer_.get(), std::min(most, buffer_bytes)); });
        if (came < 0) return detail::system_failure(errno);
        for (ssize_t written = 0; written < came;) {
            const ssize_t count = retried([&] {
                return ::write(to_.get(), buffer_.get() + written, static_cast<std::size_t>(came - written));
            });
            if (count < 0) return detail::system_failure(errno);
            written += count;
        }
        return static_cast<std::size_t>(came);
    }

    template <class Call>
    static ssize_t retried(Call&& call) {
        ssize_t answer = 0;
        do answer = call();
        while (answer < 0 && errno == EINTR);
        return answer;
    }

    file_descriptor from_;
    file_descriptor to_;
    struct ::stat source_ {};
    std::unique_ptr<std::byte[]> buffer_;
    bool in_kernel_ = true;
};

/// Closes the file, and gives `result`, or the error of closing where there was none before.
template <class T>
task<io_result<T>> closed_with(file opened, io_result<T> result) {
    auto closed = co_await opened.close();
    if (result && !closed) co_return std::unexpected(closed.error());
    co_return result;
}

/// By requests, which can be ended, whenever the bytes come and are taken.
task<io_result<std::uint64_t>> pour(const file& from, const file& to) {
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
    for (std::uint64_t done = 0;;) {
        auto came = co_await from.read_at(std::span(buffer.get(), buffer_bytes), done);
        if (!came) co_return std::unexpected(came.error());
        if (*came == 0) co_return done;
        const std::span<const std::byte> piece(buffer.get(), *came);
        auto written = co_await to.write_all_at(piece, ops::current_position);
        if (!written) co_return std::unexpected(written.error());
        done += *came;
    }
}

/// `target` may be none, then it is opened first.
task<io_result<std::uint64_t>> copy_by_ring(file_descriptor source, file_descriptor target,
                                            std::filesystem::path to) {
    const file from = file::from_fd(std::move(source));
    if (target) {
        file opened = file::from_fd(std::move(target));
        auto copied = co_await pour(from, opened);
        auto answer = co_await closed_with(std::move(opened), std::move(copied));
        co_return answer;
    }
    auto opened = co_await open_options().write().open(std::move(to));
    if (!opened) co_return std::unexpected(opened.error());
    auto copied = co_await pour(from, *opened);
    auto answer = co_await closed_with(std::move(*opened), std::move(copied));
    co_return answer;
}

} // namespace

task<io_result<std::vector<std::byte>>> read(std::filesystem::path path) {
    auto opened = co_await file::open(std::move(path));
    if (!opened) co_return std::unexpected(opened.error());
    auto contents = co_await opened->read_to_end();
    auto answer = co_await closed_with(std::move(*opened), std::move(contents));
    co_return answer;
}

task<io_result<std::string>> read_to_string(std::filesystem::path path) {
    auto contents = co_await read(std::move(path));
    if (!contents) co_return std::unexpected(contents.error());
    std::string text(contents->size(), '\0');
    if (!text.empty()) std::memcpy(text.data(), contents->data(), text.size());
    co_return text;
}

task<io_result<void>> write(std::filesystem::path path, std::span<const std::byte> contents) {
    auto opened = co_await file::create(std::move(path));
    if (!opened) co_return std::unexpected(opened.error());
    auto written = co_await opened->write_all_at(contents, 0);
    auto answer = co_await closed_with(std::move(*opened), written);
    co_return answer;
}

task<io_result<void>> write(std::filesystem::path path, std::string_view contents) {
    return write(std::move(path), std::as_bytes(std::span(contents)));
}

task<io_result<std::uint64_t>> copy(std::filesystem::path from, std::filesystem::path to) {
    if (!detail::is_whole(from) || !detail::is_whole(to)) co_return detail::system_failure(EINVAL);
    const auto copy = std::make_shared<copying>();
    auto begin = [copy, from = std::move(from), to] { return copy->begin(from, to); };
    auto begun = co_await in_blocking_pool(std::move(begin));
    if (!begun) co_return std::unexpected(begun.error());
    if (!*begun) {
        auto copied = co_await copy_by_ring(copy->give_source(), copy->give_target(), std::move(to));
        co_return copied;
    }
    for (bool all = false; !all;) {
        auto step = [copy] { return copy->go_on(); };
        auto went = co_await in_blocking_pool(std::move(step));
        if (!went) co_return std::unexpected(went.error());
        all = *went;
    }
    auto end = [copy] { return copy->end(); };
    auto ended = co_await in_blocking_pool(std::move(end));
    if (!ended) co_return std::unexpected(ended.error());
    co_return copy->done;
}

} // namespace spargio::fs
