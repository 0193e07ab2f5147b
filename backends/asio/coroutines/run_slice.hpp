// One slice of a scenario written with coroutines.
#pragma once

#include "backends/asio/coroutines/coroutine_runtime.hpp"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace bench::on_asio {

/// Runs a scenario's root on the first worker, and waits for its result. Throws what it threw.
template <class Result>
Result run_slice(worker_threads& workers, coroutine_runtime::task<Result> root) {
    running_slice slice(workers);
    Result done;
    std::exception_ptr failure;
    asio::co_spawn(workers.context(0).get_executor(), std::move(root),
                   [&](std::exception_ptr thrown, Result outcome) {
                       failure = std::move(thrown);
                       done = std::move(outcome);
                       slice.announce_end();
                   });
    slice.wait();
    if (failure) std::rethrow_exception(failure);
    return done;
}

} // namespace bench::on_asio
