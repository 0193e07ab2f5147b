// W20–W23 with threads that block in pread, pwrite and their relatives.
#include "backends/threads/sessions.hpp"
#include "backends/threads/team.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/measure/recorder.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

/// One thread for each operation that is really waited for; from the page cache a thread for each worker.
std::size_t threads_of(const file_shape& shape) {
    return shape.direct ? shape.depth : std::min<std::size_t>(shape.workers, shape.depth);
}

class data_session final : public session {
public:
    explicit data_session(std::unique_ptr<data_file> data)
        : shape_(data->shape()), data_(std::move(data)), team_(threads_of(shape_)),
          buffers_(team_.size(), shape_.bytes) {}

    std::map<std::string, std::string> capabilities() const override {
        return {{"threads", std::to_string(team_.size())}};
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        const std::uint64_t count = order.iterations * shape_.count;
        slice_outcome done{.operations = count, .bytes = count * shape_.bytes};
        if (!shape_.writes) {
            done.checksum = read(order.seed, count, order.record_latency ? &into.lane(0) : nullptr);
            return done;
        }
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            write(order.seed + i * shape_.count);
            if (::fsync(data_->descriptor()) != 0) fail_call("fsync", errno);
            done.checksum += data_->sum_of_marks();
        }
        return done;
    }

private:
    std::uint64_t read(std::uint64_t seed, std::uint64_t count, histogram* into) {
        std::vector<std::uint64_t> sums(team_.size());
        team_.run([&](std::size_t thread) {
            const auto buffer = buffers_[thread];
            std::uint64_t sum = 0;
            for (std::uint64_t k = thread; k < count; k += team_.size()) {
                const std::uint64_t from = into ? now_ns() : 0;
                const auto offset = static_cast<off_t>(shape_.read_offset(seed + k));
                const ssize_t got = ::pread(data_->descriptor(), buffer.data(), buffer.size(), offset);
                if (got < 0) fail_call("pread", errno);
                if (into) into->record(now_ns() - from);
                expect_transferred("pread", static_cast<std::uint64_t>(got), shape_.bytes);
                sum += block_sum(buffer);
            }
            sums[thread] = sum;
        });
        std::uint64_t all = 0;
        for (const std::uint64_t sum : sums) all += sum;
        return all;
    }

    void write(std::uint64_t seed) {
        team_.run([&](std::size_t thread) {
            const auto buffer = buffers_[thread];
            for (std::uint64_t k = thread; k < shape_.count; k += team_.size()) {
                mark_block(buffer, seed + k);
                const auto offset = static_cast<off_t>(shape_.write_offset(k));
                const ssize_t put = ::pwrite(data_->descriptor(), buffer.data(), buffer.size(), offset);
                if (put < 0) fail_call("pwrite", errno);
                expect_transferred("pwrite", static_cast<std::uint64_t>(put), shape_.bytes);
            }
        });
    }

    file_shape shape_;
    std::unique_ptr<data_file> data_;
    team team_;
    block_buffers buffers_;
};

/// With what the standard library has for it.
class storm_session final : public session {
public:
    explicit storm_session(storm_shape shape)
        : shape_(shape), team_(std::min<std::size_t>(shape.workers, shape.depth)) {}

    slice_outcome run(const slice_order& order, recorder&) override {
        struct share {
            std::uint64_t sum = 0;
            std::uint64_t bytes = 0;
        };
        std::vector<share> shares(team_.size());
        slice_outcome done{.operations = order.iterations * shape_.files};
        team_.run([&](std::size_t thread) {
            share mine;
            for (std::uint64_t k = thread; k < done.operations; k += team_.size()) {
                const std::uint64_t size = one_file(k, storm_shape::bytes_of(order.seed + k));
                mine.sum += storm_shape::sum_of(order.seed + k, size);
                mine.bytes += size;
            }
            shares[thread] = mine;
        });
        for (const auto& each : shares) {
            done.checksum += each.sum;
            done.bytes += each.bytes;
        }
        folder_.expect_empty();
        return done;
    }

private:
    std::uint64_t one_file(std::uint64_t k, std::size_t bytes) const {
        const storm_names names(folder_.path(), k);
        {
            const int file = ::open(names.made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
            if (file < 0) fail_call("open", errno);
            const std::vector<std::byte> contents(storm_shape::most_bytes);
            const ssize_t put = ::write(file, contents.data(), bytes);
            const int error = errno;
            ::close(file);
            if (put < 0) fail_call("write", error);
            expect_transferred("write", static_cast<std::uint64_t>(put), bytes);
        }
        std::filesystem::rename(names.made, names.renamed);
        const std::uint64_t size = std::filesystem::file_size(names.renamed);
        std::filesystem::remove(names.renamed);
        return size;
    }

    storm_shape shape_;
    scratch_folder folder_;
    team team_;
};

} // namespace

opened_session open_data_session(const file_shape& shape) {
    auto data = open_data_file(shape);
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(std::move(*data));
}

std::unique_ptr<session> make_storm(storm_shape shape) { return std::make_unique<storm_session>(shape); }

} // namespace bench::plain_threads
