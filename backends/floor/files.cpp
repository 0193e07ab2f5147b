// W20–W23 by hand: system calls in a loop, or a ring filled and emptied in a loop, on each worker's thread.
#include "backends/floor/sessions.hpp"

#include "backends/floor/crew.hpp"
#include "backends/floor/file_ring.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/ground/io_uring_lack.hpp"
#include "workloads/measure/recorder.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench::by_hand {
namespace {

/// A crew whose jobs may throw: the first exception is thrown when all have returned.
class careful_crew {
public:
    explicit careful_crew(std::size_t size) : crew_(size) {}

    void run(const std::function<void(std::size_t)>& job) {
        failure_ = nullptr;
        crew_.run([&](std::size_t worker) {
            try {
                job(worker);
            } catch (...) {
                const std::lock_guard hold(lock_);
                failure_ = std::current_exception();
            }
        });
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    std::mutex lock_;
    std::exception_ptr failure_;
    crew crew_;
};

std::uint64_t checked_call(const char* call, std::int64_t answer) {
    if (answer < 0) fail_call(call, answer == -1 ? errno : static_cast<int>(-answer));
    return static_cast<std::uint64_t>(answer);
}

class data_session final : public session {
public:
    data_session(std::unique_ptr<data_file> data, file_access access)
        : shape_(data->shape()), access_(access), workers_(threads_of(shape_)), data_(std::move(data)),
          buffers_(shape_.depth_of_worker() * workers_, shape_.bytes), sums_(workers_), crew_(workers_) {
        // At depth 1 a ring has nothing to save; a cached block is copied by the call itself. What is really
        // waited for is waited for together.
        if (access_ == file_access::fastest)
            access_ = shape_.direct && !io_uring_lack() ? file_access::ring : file_access::blocking;
    }

    std::map<std::string, std::string> capabilities() const override {
        return {{"access", access_ == file_access::ring ? "ring" : "blocking"}};
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.count;
        slice_outcome done{.operations = count, .bytes = count * shape_.bytes};
        if (!shape_.writes) {
            histogram* const latencies = order.record_latency ? &into.lane(0) : nullptr;
            done.checksum = transfer(order.seed, count, latencies);
            return done;
        }
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            transfer(order.seed + i * shape_.count, shape_.count, nullptr);
            checked_call("fsync", ::fsync(data_->descriptor()));
            done.checksum += data_->sum_of_marks();
        }
        return done;
    }

private:
    struct alignas(128) lone_sum {
        std::uint64_t value = 0;
    };

    /// One operation at a time is one thread's.
    static std::size_t threads_of(const file_shape& shape) {
        return std::min<std::size_t>(shape.workers, shape.depth);
    }

    std::uint64_t transfer(std::uint64_t seed, std::uint64_t count, histogram* into) {
        crew_.run([&](std::size_t worker) {
            sums_[worker].value = access_ == file_access::ring ? by_ring(worker, seed, count, into)
                                                               : by_calls(worker, seed, count, into);
        });
        std::uint64_t sum = 0;
        for (const auto& each : sums_) sum += each.value;
        return sum;
    }

    std::uint64_t by_calls(std::size_t worker, std::uint64_t seed, std::uint64_t count, histogram* into) {
        const auto buffer = buffers_[worker * shape_.depth_of_worker()];
        const int file = data_->descriptor();
        std::uint64_t sum = 0;
        for (std::uint64_t k = worker; k < count; k += workers_) {
            const std::uint64_t from = into ? now_ns() : 0;
            if (shape_.writes) {
                mark_block(buffer, seed + k);
                const auto offset = static_cast<off_t>(shape_.write_offset(k));
                const ssize_t put = ::pwrite(file, buffer.data(), buffer.size(), offset);
                expect_transferred("pwrite", checked_call("pwrite", put), shape_.bytes);
            } else {
                const auto offset = static_cast<off_t>(shape_.read_offset(seed + k));
                const ssize_t got = ::pread(file, buffer.data(), buffer.size(), offset);
                if (into) into->record(now_ns() - from);
                expect_transferred("pread", checked_call("pread", got), shape_.bytes);
                sum += block_sum(buffer);
            }
        }
        return sum;
    }

    std::uint64_t by_ring(std::size_t worker, std::uint64_t seed, std::uint64_t count, histogram* into) {
        const std::uint64_t depth = shape_.depth_of_worker();
        file_ring& ring = ring_of(worker);
        std::uint64_t next = worker;
        std::uint64_t under_way = 0;
        std::uint64_t sum = 0;
        std::uint64_t from = 0;
        const auto begin = [&](std::uint64_t slot) {
            const auto buffer = buffers_[worker * depth + slot];
            io_uring_sqe& entry = ring.entry();
            if (shape_.writes) {
                mark_block(buffer, seed + next);
                io_uring_prep_write(&entry, data_->descriptor(), buffer.data(),
                                    static_cast<unsigned>(buffer.size()), shape_.write_offset(next));
            } else {
                if (into) from = now_ns();
                io_uring_prep_read(&entry, data_->descriptor(), buffer.data(),
                                   static_cast<unsigned>(buffer.size()), shape_.read_offset(seed + next));
            }
            io_uring_sqe_set_data64(&entry, slot);
            next += workers_;
            ++under_way;
        };
        std::optional<std::int32_t> wrong;
        for (std::uint64_t slot = 0; slot < depth && next < count; ++slot) begin(slot);
        while (under_way != 0)
            ring.turn([&](std::uint64_t slot, std::int32_t result) {
                --under_way;
                if (into) into->record(now_ns() - from);
                if (result != static_cast<std::int32_t>(shape_.bytes)) wrong = result;
                if (wrong) return; // what is under way uses the buffers: let it end
                if (!shape_.writes) sum += block_sum(buffers_[worker * depth + slot]);
                if (next < count) begin(slot);
            });
        if (wrong && *wrong < 0) fail_call("a request to the ring", -*wrong);
        if (wrong)
            expect_transferred("a request to the ring", static_cast<std::uint64_t>(*wrong), shape_.bytes);
        return sum;
    }

    /// Made on the worker's own thread, which is the only one that may use it.
    file_ring& ring_of(std::size_t worker) {
        if (!rings_[worker]) rings_[worker].emplace(static_cast<unsigned>(shape_.depth_of_worker()));
        return *rings_[worker];
    }

    file_shape shape_;
    file_access access_;
    std::size_t workers_;
    std::unique_ptr<data_file> data_;
    block_buffers buffers_;
    std::vector<lone_sum> sums_;
    std::vector<std::optional<file_ring>> rings_ = std::vector<std::optional<file_ring>>(workers_);
    careful_crew crew_;
};

/// On one thread: several that make, rename and remove in one directory wait for its lock all the same.
class storm_session final : public session {
public:
    explicit storm_session(storm_shape shape) : shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_outcome done{.operations = order.iterations * shape_.files};
        crew_.run([&](std::size_t) {
            const std::vector<std::byte> contents(storm_shape::most_bytes);
            for (std::uint64_t k = 0; k < done.operations; ++k) {
                const std::uint64_t size = one_file(k, contents.data(), storm_shape::bytes_of(order.seed + k));
                done.checksum += storm_shape::sum_of(order.seed + k, size);
                done.bytes += size;
            }
        });
        folder_.expect_empty();
        return done;
    }

private:
    std::uint64_t one_file(std::uint64_t k, const std::byte* contents, std::size_t bytes) const {
        const storm_names names(folder_.path(), k);
        const auto file = static_cast<int>(
            checked_call("open", ::open(names.made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)));
        const ssize_t put = ::write(file, contents, bytes);
        const int error = errno;
        ::close(file);
        if (put < 0) fail_call("write", error);
        expect_transferred("write", static_cast<std::uint64_t>(put), bytes);
        checked_call("rename", ::rename(names.made.c_str(), names.renamed.c_str()));
        struct ::stat known {};
        checked_call("stat", ::stat(names.renamed.c_str(), &known));
        checked_call("unlink", ::unlink(names.renamed.c_str()));
        return static_cast<std::uint64_t>(known.st_size);
    }

    storm_shape shape_;
    scratch_folder folder_;
    careful_crew crew_{1};
};

} // namespace

opened_session open_data_session(const file_shape& shape, file_access access) {
    if (access == file_access::ring)
        if (auto lack = io_uring_lack())
            return std::unexpected(refusal{refusal::kind_type::unavailable, *std::move(lack)});
    auto data = open_data_file(shape);
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(std::move(*data), access);
}

std::unique_ptr<session> make_storm(storm_shape shape) { return std::make_unique<storm_session>(shape); }

} // namespace bench::by_hand
