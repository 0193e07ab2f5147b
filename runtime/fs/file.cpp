#include <spargio/fs/file.hpp>

#include <spargio/fs/detail/system_result.hpp>
#include <spargio/ops/close.hpp>
#include <spargio/ops/current_position.hpp>
#include <spargio/ops/detail/operation_drain.hpp>
#include <spargio/ops/files/ftruncate.hpp>
#include <spargio/ops/files/statx.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio::fs {
namespace {

/// Where each step of a transfer in several begins.
std::uint64_t moved_on(std::uint64_t offset, std::size_t done) noexcept {
    return offset == ops::current_position ? offset : offset + done;
}

/// What read_to_end() asks for when the file does not say how long it is.
constexpr std::size_t first_room = 8192;
/// And it asks for one byte more than is said, to see the end without asking for more room.
constexpr std::size_t beyond = 1;

} // namespace

file file::from_fd(file_descriptor owned) {
    const int flags = ::fcntl(owned.get(), F_GETFL);
    return file(std::move(owned), flags >= 0 && (flags & O_DIRECT) == 0);
}

task<io_result<file>> file::open(std::filesystem::path path) {
    return open_options().read().open(std::move(path));
}

task<io_result<file>> file::create(std::filesystem::path path) {
    return open_options().write().create().truncate().open(std::move(path));
}

task<io_result<void>> file::read_exact_at(std::span<std::byte> into, std::uint64_t offset,
                                          std::size_t* done) const {
    std::size_t sum = 0;
    if (done == nullptr) done = &sum;
    for (*done = 0; *done < into.size();) {
        auto count = co_await read_at(into.subspan(*done), moved_on(offset, *done));
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return std::unexpected(make_error_code(errc::ended_early));
        *done += *count;
    }
    co_return io_result<void>();
}

task<io_result<void>> file::write_all_at(std::span<const std::byte> from, std::uint64_t offset,
                                         std::size_t* done) const {
    std::size_t sum = 0;
    if (done == nullptr) done = &sum;
    for (*done = 0; *done < from.size();) {
        auto count = co_await write_at(from.subspan(*done), moved_on(offset, *done));
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return detail::system_failure(EIO); // of something, and without an error
        *done += *count;
    }
    co_return io_result<void>();
}

task<io_result<std::vector<std::byte>>> file::read_to_end(std::uint64_t offset) const {
    auto known = co_await metadata();
    if (!known) co_return std::unexpected(known.error());
    // A socket takes no offset but its beginning, and a pipe looks at none.
    using enum std::filesystem::file_type;
    if (known->type == socket || known->type == fifo) offset = ops::current_position;
    const std::uint64_t position = offset == ops::current_position ? 0 : offset;
    const std::uint64_t left = known->size > position ? known->size - position : first_room - beyond;
    std::vector<std::byte> contents;
    if (left >= contents.max_size()) throw std::bad_alloc(); // a file of holes
    std::size_t filled = 0;
    contents.resize(static_cast<std::size_t>(left) + beyond);
    for (;;) {
        auto count = co_await read_at(std::span(contents).subspan(filled), moved_on(offset, filled));
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) break;
        filled += *count;
        if (filled == contents.size()) contents.resize(2 * filled);
    }
    contents.resize(filled);
    co_return contents;
}

task<io_result<file_metadata>> file::metadata() const {
    struct ::statx found;
    const unsigned mask = detail::metadata_mask();
    if (spargio::detail::operation_context::here().supports(IORING_OP_STATX)) {
        auto asked = co_await operation_on(
            of_.get(), [&](int number) { return ops::statx(number, "", AT_EMPTY_PATH, mask, found); });
        if (!asked) co_return std::unexpected(asked.error());
        co_return detail::to_metadata(found);
    }
    descriptor_use use(of_.get());
    if (!use) co_return detail::system_failure(EBADF);
    auto by_hand = [use = std::move(use), mask]() -> io_result<file_metadata> {
        struct ::statx into;
        if (::statx(use.number(), "", AT_EMPTY_PATH, mask, &into) != 0) return detail::system_failure(errno);
        return detail::to_metadata(into);
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> file::set_len(std::uint64_t bytes) const {
    if (bytes > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()))
        co_return detail::system_failure(EINVAL);
    if (spargio::detail::operation_context::here().supports(spargio::detail::kernel::op_ftruncate)) {
        auto answer =
            co_await operation_on(of_.get(), [bytes](int number) { return ops::ftruncate(number, bytes); });
        co_return answer;
    }
    descriptor_use use(of_.get());
    if (!use) co_return detail::system_failure(EBADF);
    auto by_hand = [use = std::move(use), bytes] {
        return detail::result_of(::ftruncate(use.number(), static_cast<off_t>(bytes)));
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

task<io_result<void>> file::close() {
    shared_descriptor* const shared = of_.get();
    if (shared == nullptr || !shared->begin_closing()) co_return detail::system_failure(EBADF);
    if (!ops::detail::is_drained(*shared)) {
        auto drained = co_await ops::detail::drain(*shared);
        if (!drained) co_return drained;
    }
    const int number = shared->release();
    auto closed = co_await ops::close(number);
    // Of close(2) itself there is no such error (its man page): there was no memory to begin it.
    if (!closed && closed.error() == std::errc::not_enough_memory) co_return detail::result_of(::close(number));
    co_return closed;
}

} // namespace spargio::fs
