// W60 to W64: a server's side of a connection, written once for every coroutine-capable backend (W2).
#pragma once

#include "workloads/ground/connection_answers.hpp"
#include "workloads/ground/serve_service.hpp"
#include "workloads/scenarios/accept_runtime.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// What came, goes back, whatever it is.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> echo_for_ever(typename Runtime::connection client) {
    std::vector<std::byte> room(serve_room_bytes);
    std::uint64_t echoed = 0;
    for (;;) {
        const std::size_t count = co_await client.read_some(room);
        if (count == 0) break;
        co_await client.write_all(std::span(room).first(count));
        echoed += count;
    }
    co_await client.close();
    co_return echoed;
}

/// All whole requests that a read has brought are computed and answered by one write.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> compute_for_ever(typename Runtime::connection client,
                                                                std::size_t frame_bytes) {
    std::vector<std::byte> room(serve_room_bytes);
    std::size_t got = 0;
    std::uint64_t answered = 0;
    for (;;) {
        const std::size_t count = co_await client.read_some(std::span(room).subspan(got));
        if (count == 0) break;
        got += count;
        const std::size_t whole = answer_frames(std::span(room).first(got), frame_bytes);
        if (whole == 0) continue;
        co_await client.write_all(std::span(room).first(whole));
        std::copy(room.begin() + static_cast<std::ptrdiff_t>(whole),
                  room.begin() + static_cast<std::ptrdiff_t>(got), room.begin());
        got -= whole;
        answered += whole / frame_bytes;
    }
    co_await client.close();
    co_return answered;
}

/// HTTP; the answers to all that a read has brought go out by one write.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> talk_for_ever(typename Runtime::connection client) {
    std::vector<std::byte> room(serve_room_bytes);
    connection_answers conversation(answering::http, 0);
    std::uint64_t answered = 0;
    for (bool goes_on = true; goes_on;) {
        const std::size_t count = co_await client.read_some(room);
        if (count == 0) break;
        const auto taken = conversation.take(std::span(room).first(count));
        if (!taken.answers.empty()) co_await client.write_all(taken.answers);
        answered += taken.answers.size();
        goes_on = taken.goes_on;
    }
    co_await client.close();
    co_return answered;
}

/// A branch of a request.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> compute_branch(serve_head head, std::uint64_t branch) {
    co_return serve_branch(head, branch);
}

/// The branches of a request, forked, where any worker may take them; and joined.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> fork_request(Runtime& runtime, serve_head head) {
    if (!is_forked(head)) co_return serve_value(head);
    std::vector<typename Runtime::template joiner<std::uint64_t>> branches;
    branches.reserve(head.branches);
    for (std::uint64_t branch = 0; branch < head.branches; ++branch)
        branches.push_back(runtime.spawn(compute_branch<Runtime>(head, branch)));
    std::uint64_t sum = 0;
    for (auto& each : branches) sum += co_await std::move(each);
    co_return sum;
}

/// As compute_for_ever(), with a fork and a join for each request.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t>
fork_for_ever(Runtime& runtime, typename Runtime::connection client, std::size_t frame_bytes) {
    std::vector<std::byte> room(serve_room_bytes);
    std::size_t got = 0;
    std::uint64_t answered = 0;
    for (;;) {
        const std::size_t count = co_await client.read_some(std::span(room).subspan(got));
        if (count == 0) break;
        got += count;
        std::size_t whole = 0;
        for (; got - whole >= frame_bytes; whole += frame_bytes, ++answered) {
            const auto frame = std::span(room).subspan(whole, frame_bytes);
            write_serve_value(frame, co_await fork_request(runtime, read_serve_head(frame)));
        }
        if (whole == 0) continue;
        co_await client.write_all(std::span(room).first(whole));
        std::copy(room.begin() + static_cast<std::ptrdiff_t>(whole),
                  room.begin() + static_cast<std::ptrdiff_t>(got), room.begin());
        got -= whole;
    }
    co_await client.close();
    co_return answered;
}

/// What becomes of a connection that ends with an error: nothing, for it was the client's.
template <accept_runtime Runtime>
typename Runtime::template task<std::uint64_t>
serve_client(typename Runtime::template task<std::uint64_t> serving) {
    try {
        co_return co_await std::move(serving);
    } catch (const std::exception&) {
        co_return 0;
    }
}

/// The task that serves a connection as the shape asks.
template <is_served Shape, accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> serve(Runtime& runtime, typename Runtime::connection client,
                                                     const serve_service& service) {
    if constexpr (std::same_as<Shape, served_echo>)
        return serve_client<Runtime>(echo_for_ever<Runtime>(std::move(client)));
    else if constexpr (std::same_as<Shape, served_work>)
        return serve_client<Runtime>(compute_for_ever<Runtime>(std::move(client), service.frame_bytes()));
    else if constexpr (std::same_as<Shape, served_http>)
        return serve_client<Runtime>(talk_for_ever<Runtime>(std::move(client)));
    else
        return serve_client<Runtime>(fork_for_ever(runtime, std::move(client), service.frame_bytes()));
}

/// Serves what comes, as long as the session is open.
template <is_served Shape, accept_runtime Runtime>
typename Runtime::template task<std::uint64_t> serve_all(Runtime& runtime, std::size_t listener,
                                                         serve_service& service) {
    std::uint64_t accepted = 0;
    try {
        auto door = runtime.open_door(listener);
        for (;;) {
            auto client = co_await door.next();
            if (!client) break;
            door.serve(serve<Shape>(runtime, std::move(*client), service));
            ++accepted;
        }
    } catch (...) {
        service.fail(std::current_exception());
    }
    co_return accepted;
}

} // namespace bench::scenarios
