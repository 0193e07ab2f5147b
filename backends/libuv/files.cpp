// W20–W23 on a loop: uv_fs_* with callbacks. libuv runs each on its thread pool.
#include "backends/libuv/event_loop.hpp"
#include "backends/libuv/sessions.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/measure/recorder.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace bench::on_libuv {
namespace {

/// What fails in a callback, kept for the caller of the slice. What is under way still ends.
class first_failure {
public:
    void clear() { text_.clear(); }
    void note(const char* call, std::int64_t answer) {
        if (!text_.empty()) return;
        text_ = std::string(call) + ": " +
                (answer < 0 ? uv_strerror(static_cast<int>(answer))
                            : "gave " + std::to_string(answer) + " bytes, fewer than asked for");
    }
    [[nodiscard]] bool any() const noexcept { return !text_.empty(); }
    void throw_if_any() const {
        if (any()) throw std::runtime_error(text_);
    }

private:
    std::string text_;
};

class data_session final : public session {
public:
    data_session(std::unique_ptr<data_file> data, std::size_t pool_threads)
        : shape_(data->shape()), pool_threads_(pool_threads), data_(std::move(data)),
          buffers_(shape_.depth, shape_.bytes), slots_(shape_.depth) {
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            slots_[i].owner = this;
            slots_[i].buffer = buffers_[i];
            slots_[i].request.data = &slots_[i];
        }
        sync_.data = this;
        loop_.start();
    }

    std::map<std::string, std::string> capabilities() const override {
        return {{"pool_threads", std::to_string(pool_threads_)}};
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        slice_end end;
        end_ = &end;
        failure_.clear();
        done_ = {};
        seed_ = order.seed;
        into_ = order.record_latency ? &into.lane(0) : nullptr;
        // Reads go on from one iteration to the next; writes wait for the disk after each.
        rounds_ = shape_.writes ? order.iterations : 1;
        count_ = shape_.writes ? shape_.count : order.iterations * shape_.count;
        loop_.post([this] { begin_round(); });
        end.wait();
        failure_.throw_if_any();
        return done_;
    }

private:
    struct slot {
        uv_fs_t request;
        data_session* owner;
        std::span<std::byte> buffer;
        std::uint64_t from_ns;
    };

    void begin_round() {
        next_ = 0;
        under_way_ = 0;
        for (auto& each : slots_)
            if (next_ < count_) begin(each);
    }

    void begin(slot& with) {
        const std::uint64_t number = next_++;
        ++under_way_;
        uv_buf_t buffer =
            uv_buf_init(reinterpret_cast<char*>(with.buffer.data()), static_cast<unsigned>(with.buffer.size()));
        const auto on_end = [](uv_fs_t* request) {
            auto& self = *static_cast<slot*>(request->data);
            self.owner->end_of(self);
        };
        if (shape_.writes) {
            mark_block(with.buffer, seed_ + number);
            uv_fs_write(loop_.loop().get(), &with.request, data_->descriptor(), &buffer, 1,
                        static_cast<std::int64_t>(shape_.write_offset(number)), on_end);
        } else {
            if (into_) with.from_ns = now_ns();
            uv_fs_read(loop_.loop().get(), &with.request, data_->descriptor(), &buffer, 1,
                       static_cast<std::int64_t>(shape_.read_offset(seed_ + number)), on_end);
        }
    }

    void end_of(slot& of) {
        const std::int64_t answer = of.request.result;
        uv_fs_req_cleanup(&of.request);
        --under_way_;
        if (into_) into_->record(now_ns() - of.from_ns);
        if (answer != static_cast<std::int64_t>(shape_.bytes)) {
            failure_.note(shape_.writes ? "write" : "read", answer);
        } else {
            ++done_.operations;
            done_.bytes += shape_.bytes;
            if (!shape_.writes) done_.checksum += block_sum(of.buffer);
        }
        if (!failure_.any() && next_ < count_) {
            begin(of);
        } else if (under_way_ == 0) {
            if (failure_.any() || !shape_.writes)
                end_->announce();
            else
                wait_for_disk();
        }
    }

    void wait_for_disk() {
        uv_fs_fsync(loop_.loop().get(), &sync_, data_->descriptor(), [](uv_fs_t* request) {
            auto& self = *static_cast<data_session*>(request->data);
            if (request->result < 0) self.failure_.note("fsync", request->result);
            uv_fs_req_cleanup(request);
            self.done_.checksum += self.data_->sum_of_marks();
            self.seed_ += self.shape_.count;
            if (self.failure_.any() || --self.rounds_ == 0)
                self.end_->announce();
            else
                self.begin_round();
        });
    }

    file_shape shape_;
    std::size_t pool_threads_;
    std::unique_ptr<data_file> data_;
    block_buffers buffers_;
    std::vector<slot> slots_;
    uv_fs_t sync_{};
    std::uint64_t seed_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t rounds_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t under_way_ = 0;
    histogram* into_ = nullptr;
    slice_outcome done_;
    first_failure failure_;
    slice_end* end_ = nullptr;
    loop_thread loop_;
};

/// Each file under way is a chain of callbacks: open, write, close, rename, stat, unlink, and the next file.
class storm_session final : public session {
public:
    storm_session(storm_shape shape, std::size_t pool_threads)
        : shape_(shape), pool_threads_(pool_threads), chains_(shape.depth) {
        for (auto& each : chains_) {
            each.owner = this;
            each.request.data = &each;
        }
        loop_.start();
    }

    std::map<std::string, std::string> capabilities() const override {
        return {{"pool_threads", std::to_string(pool_threads_)}};
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        slice_end end;
        end_ = &end;
        failure_.clear();
        done_ = {};
        seed_ = order.seed;
        next_ = 0;
        count_ = order.iterations * shape_.files;
        loop_.post([this] {
            for (auto& each : chains_)
                if (next_ < count_) begin(each);
        });
        end.wait();
        failure_.throw_if_any();
        folder_.expect_empty();
        return done_;
    }

private:
    struct chain {
        uv_fs_t request;
        storm_session* owner;
        std::optional<storm_names> names;
        std::uint64_t number;
        int file;
    };

    /// Goes on with `Next` when the last step went well; else the chain ends here.
    template <void (storm_session::*Next)(chain&, std::int64_t)>
    static void step(uv_fs_t* request) {
        auto& of = *static_cast<chain*>(request->data);
        const std::int64_t answer = request->fs_type == UV_FS_STAT && request->result >= 0
                                        ? static_cast<std::int64_t>(request->statbuf.st_size)
                                        : static_cast<std::int64_t>(request->result);
        uv_fs_req_cleanup(request);
        if (answer >= 0) {
            (of.owner->*Next)(of, answer);
        } else {
            of.owner->failure_.note("a step of the storm", answer);
            of.owner->leave();
        }
    }

    void begin(chain& with) {
        const std::uint64_t k = next_++;
        ++under_way_;
        with.number = seed_ + k;
        with.names.emplace(folder_.path(), k);
        uv_fs_open(loop(), &with.request, with.names->made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                   0666, step<&storm_session::write>);
    }
    void write(chain& of, std::int64_t file) {
        of.file = static_cast<int>(file);
        const uv_buf_t buffer =
            uv_buf_init(contents_.data(), static_cast<unsigned>(storm_shape::bytes_of(of.number)));
        uv_fs_write(loop(), &of.request, of.file, &buffer, 1, 0, step<&storm_session::close>);
    }
    void close(chain& of, std::int64_t) {
        uv_fs_close(loop(), &of.request, of.file, step<&storm_session::rename>);
    }
    void rename(chain& of, std::int64_t) {
        uv_fs_rename(loop(), &of.request, of.names->made.c_str(), of.names->renamed.c_str(),
                     step<&storm_session::stat>);
    }
    void stat(chain& of, std::int64_t) {
        uv_fs_stat(loop(), &of.request, of.names->renamed.c_str(), step<&storm_session::unlink>);
    }
    void unlink(chain& of, std::int64_t size) {
        done_.checksum += storm_shape::sum_of(of.number, static_cast<std::uint64_t>(size));
        done_.bytes += static_cast<std::uint64_t>(size);
        uv_fs_unlink(loop(), &of.request, of.names->renamed.c_str(), step<&storm_session::finish>);
    }
    void finish(chain& of, std::int64_t) {
        ++done_.operations;
        if (!failure_.any() && next_ < count_) {
            --under_way_;
            begin(of);
        } else {
            leave();
        }
    }
    void leave() {
        if (--under_way_ == 0) end_->announce();
    }

    uv_loop_t* loop() { return loop_.loop().get(); }

    storm_shape shape_;
    std::size_t pool_threads_;
    scratch_folder folder_;
    std::vector<chain> chains_;
    std::vector<char> contents_ = std::vector<char>(storm_shape::most_bytes);
    std::uint64_t seed_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t under_way_ = 0;
    slice_outcome done_;
    first_failure failure_;
    slice_end* end_ = nullptr;
    loop_thread loop_;
};

} // namespace

opened_session open_data_session(const file_shape& shape, std::size_t pool_threads) {
    auto data = open_data_file(shape);
    if (!data) return std::unexpected(data.error());
    return open_session<data_session>(std::move(*data), pool_threads);
}

std::unique_ptr<session> make_storm(storm_shape shape, std::size_t pool_threads) {
    return std::make_unique<storm_session>(shape, pool_threads);
}

} // namespace bench::on_libuv
