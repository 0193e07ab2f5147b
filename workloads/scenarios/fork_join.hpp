// W16 written once for every coroutine-capable backend.
//
// The last call of a node is awaited in place, and then the forked ones, newest first: a runtime that keeps its
// newest work at hand may find them not yet started.
#pragma once

#include "workloads/cases/fork_join.hpp"
#include "workloads/scenarios/async_runtime.hpp"

#include <array>
#include <optional>

namespace bench::scenarios {

/// Apart from the node, whose frame has room for nine joiners.
template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> skynet_leaf(skynet_shape::call call) {
    co_return skynet_shape::leaf(call);
}

template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> skynet_node(Runtime& runtime, skynet_shape::call call) {
    const auto part = [&](std::uint64_t index) {
        const auto next = skynet_shape::part(call, index);
        return next.count == 1 ? skynet_leaf<Runtime>(next) : skynet_node<Runtime>(runtime, next);
    };
    std::array<std::optional<typename Runtime::template joiner<std::uint64_t>>, skynet_shape::ways - 1> forked;
    const std::uint64_t last = skynet_shape::parts_of(call) - 1;
    for (std::uint64_t index = 0; index < last; ++index) forked[index].emplace(runtime.spawn(part(index)));
    auto in_place = part(last);
    std::uint64_t sum = co_await std::move(in_place);
    for (std::uint64_t index = last; index-- != 0;) {
        const std::uint64_t value = co_await std::move(*forked[index]);
        sum += value;
    }
    co_return sum;
}

/// One slice of fanout/skynet; the root task of the backend's session.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> skynet(Runtime& runtime, skynet_shape shape, slice_order order) {
    slice_outcome done;
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        const auto call = shape.root(order.seed);
        auto root = shape.leaves == 1 ? skynet_leaf<Runtime>(call) : skynet_node<Runtime>(runtime, call);
        const std::uint64_t sum = co_await std::move(root);
        done.checksum += sum;
        done.operations += shape.operations();
    }
    co_return done;
}

template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> fib_call(Runtime& runtime, fib_shape::call call) {
    if (fib_shape::parts_of(call) == 0) co_return fib_shape::leaf(call);
    auto left = runtime.spawn(fib_call<Runtime>(runtime, fib_shape::part(call, 0)));
    auto in_place = fib_call<Runtime>(runtime, fib_shape::part(call, 1));
    const std::uint64_t right = co_await std::move(in_place);
    const std::uint64_t sum = right + co_await std::move(left);
    co_return sum;
}

/// One slice of fanout/fib; the root task of the backend's session.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> fib(Runtime& runtime, fib_shape shape, slice_order order) {
    slice_outcome done;
    for (std::uint64_t i = 0; i < order.iterations; ++i) {
        auto root = fib_call<Runtime>(runtime, shape.root(order.seed));
        const std::uint64_t sum = co_await std::move(root);
        done.checksum += sum;
        done.operations += shape.operations();
    }
    co_return done;
}

} // namespace bench::scenarios
