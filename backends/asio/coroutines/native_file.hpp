// Files as Asio has them on io_uring: random_access_file. What it has no operation for goes to the pool.
#pragma once

#include "backends/asio/coroutines/file_pool.hpp"

#if defined(BOOST_ASIO_HAS_FILE)

#include <vector>

#include <boost/asio/basic_random_access_file.hpp>
#include <boost/asio/buffer.hpp>

namespace bench::on_asio {

/// One object for each worker's context: a file object is for one thread at a time.
class native_file {
public:
    using object = asio::basic_random_access_file<coroutine_runtime::executor>;

    native_file(file_pool& pool, int descriptor) : whole_(pool, descriptor) {}

    /// For the worker whose context `where` is; in the order of workers.
    void add(const coroutine_runtime::executor& where, int duplicate) {
        objects_.emplace_back(where, duplicate);
    }

    auto read_at(std::span<std::byte> into, std::uint64_t offset) {
        return here().async_read_some_at(offset, asio::buffer(into.data(), into.size()), asio::deferred);
    }
    auto write_at(std::span<const std::byte> from, std::uint64_t offset) {
        return here().async_write_some_at(offset, asio::buffer(from.data(), from.size()), asio::deferred);
    }
    auto sync() { return whole_.sync(); }
    auto close() {
        objects_.clear();
        return whole_.close();
    }

private:
    object& here() { return objects_.size() == 1 ? objects_.front() : objects_[worker_threads::current()]; }

    pooled_file whole_;
    std::vector<object> objects_;
};

class native_file_runtime : public pooled_file_runtime {
public:
    using file = native_file;
    using pooled_file_runtime::pooled_file_runtime;

    file adopt_file(int descriptor) {
        file adopted(pool(), descriptor);
        for (std::size_t worker = 0; worker < workers(); ++worker)
            adopted.add(executor_of(worker), duplicate_of(descriptor));
        return adopted;
    }
    task<file> create_file(const std::string& path) {
        const int made = co_await open_new(path);
        file created(pool(), made);
        created.add(executor_of(worker_threads::current()), duplicate_of(made));
        co_return created;
    }

private:
    static int duplicate_of(int descriptor) {
        const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        if (copy < 0) fail_call("duplicate a descriptor", errno);
        return copy;
    }
};

} // namespace bench::on_asio

#endif
