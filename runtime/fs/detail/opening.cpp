#include <spargio/fs/detail/opening.hpp>

#include <spargio/fs/detail/system_result.hpp>
#include <spargio/fs/paths.hpp>
#include <spargio/ops/files/openat.hpp>
#include <spargio/ops/operation_in_pool.hpp>
#include <spargio/ops/poll.hpp>
#include <spargio/time/sleep.hpp>
#include <spargio/time/timeout.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <expected>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio::fs::detail {
namespace {

using std::chrono::milliseconds;

/// How long until the next look at a FIFO that lacks its other side.
class patience {
public:
    milliseconds next() noexcept { return std::exchange(now_, std::min(2 * now_, longest)); }

private:
    static constexpr milliseconds longest{16};
    milliseconds now_{1};
};

bool is_error(const io_result<file_descriptor>& opened, int number) noexcept {
    return !opened && opened.error() == std::error_code(number, std::system_category());
}

/// Whether the caller wants what O_NONBLOCK gives, or nothing that could wait.
bool asks_not_to_wait(int flags) noexcept { return (flags & (O_NONBLOCK | O_PATH)) != 0; }

/// Of one that was opened with O_NONBLOCK.
io_result<file_descriptor> made_to_wait(file_descriptor opened, int flags) noexcept {
    if (::fcntl(opened.get(), F_SETFL, flags) != 0) return system_failure(errno);
    return opened;
}

bool kernel_opens() noexcept { return spargio::detail::operation_context::here().supports(IORING_OP_OPENAT); }

/// Where the kernel has no request for it.
task<io_result<file_descriptor>> open_in_pool(std::filesystem::path path, int flags, mode_t mode) {
    auto by_hand = [path = std::move(path), flags, mode]() -> io_result<file_descriptor> {
        const int number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
        if (number < 0) return system_failure(errno);
        return file_descriptor(number);
    };
    auto opened = co_await in_blocking_pool(std::move(by_hand));
    co_return opened;
}

/// By one request. `path` must stay until it is done.
task<io_result<file_descriptor>> open_once(const std::filesystem::path& path, int flags, mode_t mode) {
    if (kernel_opens()) {
        auto opened = co_await ops::openat(AT_FDCWD, path.c_str(), flags, mode);
        co_return opened;
    }
    auto opened = co_await open_in_pool(path, flags, mode);
    co_return opened;
}

/// Until somebody reads the FIFO; there is no event for that. `first` is what was answered to the first try.
task<io_result<file_descriptor>> open_for_a_reader(std::filesystem::path path, int flags, mode_t mode,
                                                   std::unexpected<std::error_code> first) {
    auto known = co_await fs::metadata(path);
    if (!known) co_return std::unexpected(known.error());
    if (known->type != std::filesystem::file_type::fifo) co_return first; // a socket, or no such device
    for (patience left;;) {
        const status slept = co_await sleep_for(left.next());
        if (!slept) co_return std::unexpected(make_error_code(slept.error()));
        // It was there: a program that removes it meanwhile does not want a file instead.
        auto opened = co_await open_once(path, (flags & ~O_CREAT) | O_NONBLOCK, mode);
        if (!is_error(opened, ENXIO)) co_return opened;
    }
}

/// Whether an end for reading has a writer, or bytes; `into` is the end for writing of another pipe. tee(2)
/// copies what is there and leaves it, and tells an end without writers from one that is only empty.
bool has_writer(int fifo, int into) noexcept {
    const auto copied = ::tee(fifo, into, 1, SPLICE_F_NONBLOCK);
    return copied > 0 || (copied < 0 && errno == EAGAIN);
}

/// Until somebody has opened the FIFO for writing.
task<io_result<file_descriptor>> wait_for_a_writer(file_descriptor fifo) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) co_return system_failure(errno);
    const file_descriptor out(ends[0]);
    const file_descriptor in(ends[1]);
    for (patience left; !has_writer(fifo.get(), in.get());) {
        // Bytes, or a writer that has come and gone. One that is only there is no event.
        auto ready = co_await timeout(left.next(), ops::poll(fifo.get(), POLLIN));
        if (ready) break;
        if (ready.error() != make_error_code(errc::timed_out)) co_return std::unexpected(ready.error());
    }
    co_return std::move(fifo);
}

/// What is no pipe has no size of one.
bool is_pipe(const file_descriptor& opened) noexcept { return ::fcntl(opened.get(), F_GETPIPE_SZ) >= 0; }

} // namespace

task<io_result<file_descriptor>> open_unhurried(std::filesystem::path path, int flags, mode_t mode) {
    const bool waits = !asks_not_to_wait(flags);
    io_result<file_descriptor> opened;
    if (kernel_opens()) // one frame less
        opened = co_await ops::openat(AT_FDCWD, path.c_str(), waits ? flags | O_NONBLOCK : flags, mode);
    else
        opened = co_await open_in_pool(path, waits ? flags | O_NONBLOCK : flags, mode);
    if (!waits) co_return opened;
    const int direction = flags & O_ACCMODE;
    if (is_error(opened, EAGAIN)) { // a lease, whose holder has been told
        opened = co_await open_once(path, flags, mode);
        co_return opened;
    }
    if (direction == O_WRONLY && is_error(opened, ENXIO)) {
        auto waited = open_for_a_reader(std::move(path), flags, mode, std::unexpected(opened.error()));
        opened = co_await std::move(waited);
    } else if (opened && direction == O_RDONLY && is_pipe(*opened)) {
        auto waited = wait_for_a_writer(std::move(*opened));
        opened = co_await std::move(waited);
    }
    if (!opened) co_return opened;
    co_return made_to_wait(std::move(*opened), flags);
}

io_result<file_descriptor> open_regular(const std::filesystem::path& path, int flags, mode_t mode) {
    struct ::stat known {};
    if (::stat(path.c_str(), &known) == 0 && !S_ISREG(known.st_mode)) return system_failure(EINVAL);
    file_descriptor opened(::open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC, mode));
    if (!opened && errno == EAGAIN) opened.reset(::open(path.c_str(), flags | O_CLOEXEC, mode)); // a lease
    if (!opened) return system_failure(errno == ENXIO ? EINVAL : errno);
    // It may have changed since.
    if (::fstat(opened.get(), &known) != 0) return system_failure(errno);
    if (!S_ISREG(known.st_mode)) return system_failure(EINVAL);
    // To the ring O_NONBLOCK means EAGAIN where the file system can't do without waiting, as /proc.
    return made_to_wait(std::move(opened), flags);
}

} // namespace spargio::fs::detail
