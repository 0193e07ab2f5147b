// W37, written once for every coroutine-capable backend (W2).
#pragma once

#include "workloads/ground/churn_service.hpp"
#include "workloads/scenarios/accept_runtime.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <utility>

namespace bench::scenarios {

/// One connection, from its first byte to its end.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> serve_connection(typename Runtime::connection client,
                                                                churn_service& service) {
    std::array<std::byte, most_churn_frame_bytes> room;
    const auto frame = std::span(room).first(service.frame_bytes());
    std::size_t got = 0;
    try {
        while (got < frame.size()) {
            const std::size_t count = co_await client.read_some(frame.subspan(got));
            if (count == 0) break;
            got += count;
        }
        if (got == frame.size()) {
            co_await client.write_all(frame);
            service.served();
        } else {
            service.fail_short();
        }
        co_await client.close();
    } catch (...) {
        service.fail(std::current_exception());
    }
    co_return got;
}

/// Serves what comes to a listener, as long as the session is open.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> accept_all(Runtime& runtime, std::size_t listener,
                                                          churn_service& service) {
    std::uint64_t accepted = 0;
    try {
        auto door = runtime.open_door(listener);
        for (;;) {
            auto client = co_await door.next();
            if (!client) break;
            door.serve(serve_connection<Runtime>(std::move(*client), service));
            ++accepted;
        }
    } catch (...) {
        service.fail(std::current_exception());
    }
    co_return accepted;
}

} // namespace bench::scenarios
