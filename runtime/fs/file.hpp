// fs::file: an open file, read and written by offsets (R40), as in `co_await opened->read_at(buffer, 0)`.
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/core/io_result.hpp>
#include <spargio/detail/doors/register_descriptor.hpp>
#include <spargio/fs/file_metadata.hpp>
#include <spargio/fs/open_options.hpp>
#include <spargio/ops/files/fsync.hpp>
#include <spargio/ops/files/read.hpp>
#include <spargio/ops/files/read_fixed.hpp>
#include <spargio/ops/files/write.hpp>
#include <spargio/ops/files/write_fixed.hpp>
#include <spargio/ops/operation_on_descriptor.hpp>
#include <spargio/sync/shared_descriptor.hpp>
#include <spargio/tasks/task.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace spargio::fs {

/// Owns an open file. Its operations may be used by several tasks at once, on any shard, each on the ring of
/// the shard that runs it, also while one of them closes it. Moving and destroying the object is for one that
/// is alone with it; what is in flight then may go on.
///
/// For every operation holds: it borrows its buffer until awaited. Errors are the kernel's errno; EBADF when
/// the file is closed or closing; `canceled`, `timed_out` and `closed` (the runtime stops) as in ops/. A
/// cancelled operation has had no effect; of those in several steps (`read_exact_at`, `read_to_end`,
/// `write_all_at`) the steps before have. Shards only.
///
/// Offsets count bytes from the start. What has no positions, as a pipe or a terminal, passes over them; a
/// socket takes 0 and ops::current_position (else ESPIPE). A transfer of nothing gives 0 and never waits. A
/// write that nobody reads is EPIPE, and no signal.
class file {
public:
    file() noexcept = default; ///< none; every operation answers EBADF

    /// Opens for reading; see open_options::open().
    [[nodiscard]] static task<io_result<file>> open(std::filesystem::path path);
    /// Opens for writing; makes the file or empties it.
    [[nodiscard]] static task<io_result<file>> create(std::filesystem::path path);
    /// Takes over a descriptor of anything that reads and writes. Throws std::bad_alloc. Any thread.
    [[nodiscard]] static file from_fd(file_descriptor owned);

    /// Neither closed nor closing. Any thread.
    [[nodiscard]] explicit operator bool() const noexcept {
        return of_.get() != nullptr && of_.get()->is_open();
    }
    /// The descriptor, which stays ours; -1 for none. Any thread.
    [[nodiscard]] int number() const noexcept { return *this ? of_.get()->number() : -1; }

    /// Registers the file with the ring of this shard, until it is closed (R31): what goes to that ring is
    /// cheaper, as the kernel need not look the file up (IOSQE_FIXED_FILE, kernel 5.19). On other shards it is
    /// used as before. False, and a plain file with the same results, when all options.registered_files places
    /// are taken or the kernel refuses; see stats() and features(). Pipes and sockets are registered from
    /// kernel 6.14 on: before, a place may hold them open when they are closed. Once; for a task that is alone
    /// with the file. Shards only; throws std::bad_alloc at first use. Costs two system calls until it is
    /// closed, so it is for files that are used some dozen times; closing it on another shard waits for this
    /// one.
    [[nodiscard]] bool register_here() { return spargio::detail::register_descriptor(of_.get()); }

    /// Reads. Gives the bytes read, fewer than asked for at the end of the file, 0 behind it, and now and then
    /// for other reasons, such as a page that is not in the cache. What is there comes at once, by preadv2(2)
    /// (not with O_DIRECT); otherwise IORING_OP_READ. In place: no frame, no allocation, two atomic operations
    /// beside what ops::read_at_once() costs.
    [[nodiscard]] auto read_at(std::span<std::byte> into, std::uint64_t offset) const noexcept {
        return operation_on(of_.get(),
                            [&](int number) { return ops::read_at_once(number, into, offset, cached_); });
    }
    /// Writes. Gives the bytes written, which may be fewer than given. IORING_OP_WRITE, in place.
    [[nodiscard]] auto write_at(std::span<const std::byte> from, std::uint64_t offset) const noexcept {
        return operation_on(of_.get(), [&](int number) { return ops::write(number, from, offset); });
    }
    /// The same into a registered buffer (R31), or `buffer.part(...)` of one, which the operation keeps until
    /// the kernel has done with it. What goes to the ring that knows the buffer is IORING_OP_READ_FIXED; on
    /// other rings it is a plain read. Two atomic operations more. Worth it for direct transfers.
    [[nodiscard]] auto read_at(registered_part into, std::uint64_t offset) const noexcept {
        return operation_on(of_.get(),
                            [&](int number) { return ops::read_fixed_at_once(number, into, offset, cached_); });
    }
    /// The same out of one: IORING_OP_WRITE_FIXED.
    [[nodiscard]] auto write_at(registered_part from, std::uint64_t offset) const noexcept {
        return operation_on(of_.get(), [&](int number) { return ops::write_fixed(number, from, offset); });
    }
    /// Waits until all that was written, and the metadata, is on the disk (fsync(2)). In place.
    [[nodiscard]] auto sync_all() const noexcept {
        return operation_on(of_.get(), [](int number) { return ops::fsync(number, ops::sync_kind::all); });
    }
    /// Without the metadata that reading it back doesn't need (fdatasync(2)). In place.
    [[nodiscard]] auto sync_data() const noexcept {
        return operation_on(of_.get(), [](int number) { return ops::fsync(number, ops::sync_kind::data); });
    }

    /// Fills the whole buffer. `ended_early` when the file ends before. `done` gets the bytes that were read,
    /// whatever the answer. A frame beside the reads.
    [[nodiscard]] task<io_result<void>> read_exact_at(std::span<std::byte> into, std::uint64_t offset,
                                                      std::size_t* done = nullptr) const;
    /// Reads from `offset` to the end of the file. Throws std::bad_alloc.
    [[nodiscard]] task<io_result<std::vector<std::byte>>> read_to_end(std::uint64_t offset = 0) const;
    /// Writes the whole buffer. `done` gets the bytes that were written, whatever the answer.
    [[nodiscard]] task<io_result<void>> write_all_at(std::span<const std::byte> from, std::uint64_t offset,
                                                     std::size_t* done = nullptr) const;
    /// IORING_OP_STATX, or fstat by the blocking pool.
    [[nodiscard]] task<io_result<file_metadata>> metadata() const;
    /// Cuts off what stands behind `bytes`, or fills up with zeros that take no room. IORING_OP_FTRUNCATE
    /// (kernel 6.9), or the blocking pool.
    [[nodiscard]] task<io_result<void>> set_len(std::uint64_t bytes) const;

    /// Refuses new operations from now on, waits until none is in flight any more, and closes the file
    /// (IORING_OP_CLOSE, which is not cancellable): its number is not given out again before. An error of close
    /// is about data that could not be written; the file is closed all the same. What is in flight is not
    /// cancelled; where it might never end (a pipe), cancel the tasks. `canceled`: this task was asked to stop
    /// while others were at it; it is closed when the last of them has ended. EBADF: closed or closing already.
    ///
    /// A file that is destroyed without it is closed by close(2), on this thread or where its last operation
    /// ends, and errors are not told.
    [[nodiscard]] task<io_result<void>> close();

private:
    friend open_options;
    file(file_descriptor owned, bool cached)
        : of_(std::move(owned), affinity_strength::weak), cached_(cached) {}

    shared_descriptor::owner of_;
    bool cached_ = true; // what is in the page cache may be read without waiting for anything
};

} // namespace spargio::fs
