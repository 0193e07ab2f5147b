// Files as Asio has them without io_uring: on an asio::thread_pool, where blocking calls run, and back.
#pragma once

#include "backends/asio/coroutines/coroutine_runtime.hpp"
#include "workloads/ground/fs_ground.hpp"
#include "workloads/scenarios/file_runtime.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench::on_asio {

/// `co_await pool.run("read", call)`: call() on a thread of the pool; its result, or an exception for one below
/// zero. As the documentation's composed operations do it: one post there, one post back to the caller's
/// executor.
class file_pool {
public:
    explicit file_pool(std::size_t threads) : pool_(threads) {}

    template <class Call>
    auto run(Call call) {
        return asio::async_initiate<const asio::deferred_t, void(boost::system::error_code, std::int64_t)>(
            [this](auto handler, Call call) {
                auto home = asio::get_associated_executor(handler);
                auto work = [handler = std::move(handler), call = std::move(call), home]() mutable {
                    const std::int64_t answer = call();
                    const boost::system::error_code error(answer < 0 ? errno : 0,
                                                          boost::system::system_category());
                    asio::post(home, [handler = std::move(handler), error, answer]() mutable {
                        std::move(handler)(error, answer);
                    });
                };
                asio::post(pool_, std::move(work));
            },
            asio::deferred, std::move(call));
    }

private:
    asio::thread_pool pool_;
};

class pooled_file {
public:
    pooled_file(file_pool& pool, int descriptor) noexcept : pool_(&pool), descriptor_(descriptor) {}
    pooled_file(pooled_file&& other) noexcept
        : pool_(other.pool_), descriptor_(std::exchange(other.descriptor_, -1)) {}
    pooled_file& operator=(pooled_file&&) = delete;
    ~pooled_file() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    auto read_at(std::span<std::byte> into, std::uint64_t offset) {
        return pool_->run([file = descriptor_, into, offset]() -> std::int64_t {
            return ::pread(file, into.data(), into.size(), static_cast<off_t>(offset));
        });
    }
    auto write_at(std::span<const std::byte> from, std::uint64_t offset) {
        return pool_->run([file = descriptor_, from, offset]() -> std::int64_t {
            return ::pwrite(file, from.data(), from.size(), static_cast<off_t>(offset));
        });
    }
    auto sync() {
        return pool_->run([file = descriptor_]() -> std::int64_t { return ::fsync(file); });
    }
    auto close() {
        return pool_->run([file = std::exchange(descriptor_, -1)]() -> std::int64_t { return ::close(file); });
    }

private:
    file_pool* pool_;
    int descriptor_;
};

/// The runtime of the shared file scenarios.
class pooled_file_runtime : public coroutine_runtime {
public:
    using file = pooled_file;

    pooled_file_runtime(worker_threads& workers, std::size_t pool_threads)
        : coroutine_runtime(workers), pool_(pool_threads) {}

    file adopt_file(int descriptor) { return {pool_, descriptor}; }
    task<file> create_file(const std::string& path) {
        const int made = co_await open_new(path);
        co_return file(pool_, made);
    }
    auto rename_file(const std::string& from, const std::string& to) {
        return pool_.run(
            [from = from.c_str(), to = to.c_str()]() -> std::int64_t { return ::rename(from, to); });
    }
    auto file_size(const std::string& path) {
        return pool_.run([name = path.c_str()]() -> std::int64_t {
            struct ::stat known {};
            return ::stat(name, &known) < 0 ? -1 : static_cast<std::int64_t>(known.st_size);
        });
    }
    auto remove_file(const std::string& path) {
        return pool_.run([name = path.c_str()]() -> std::int64_t { return ::unlink(name); });
    }

protected:
    [[nodiscard]] file_pool& pool() noexcept { return pool_; }
    task<int> open_new(const std::string& path) {
        const std::int64_t made = co_await pool_.run([name = path.c_str()]() -> std::int64_t {
            return ::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        });
        co_return static_cast<int>(made);
    }

private:
    file_pool pool_;
};

} // namespace bench::on_asio
