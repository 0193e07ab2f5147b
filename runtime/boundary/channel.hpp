// boundary::channel: calls from any thread or runtime to tasks of a Spargio runtime (R46).
//
///   auto [client, server] = spargio::boundary::channel<query, result>(64);
//
// The client's end goes to an Asio handler, a libuv callback, a plain thread or another Spargio runtime, the
// server's end to tasks. Either end may go first, at any moment.
#pragma once

#include <spargio/boundary/client.hpp>
#include <spargio/boundary/server.hpp>
#include <spargio/detail/frames/fits_a_frame.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>

namespace spargio::boundary {

/// The two ends of a channel.
template <class Request, class Reply>
struct channel_ends {
    boundary::client<Request, Reply> client;
    boundary::server<Request, Reply> server;
};

/// Makes a channel on which at most `capacity` (at least one) calls are unanswered at a time, whether they wait
/// for a server or a server works on them; so a server that starts a task for each call needs no limit of its
/// own. Request and Reply are objects that move without throwing. Throws std::bad_alloc. Any thread.
template <class Request, class Reply>
[[nodiscard]] channel_ends<Request, Reply> channel(std::size_t capacity) {
    static_assert(spargio::detail::fits_a_frame<Request> && spargio::detail::fits_a_frame<Reply>,
                  "requests and replies can't be aligned to more than operator new aligns (16 bytes): send a "
                  "std::unique_ptr to it");
    static_assert(std::is_nothrow_move_constructible_v<Request> && std::is_nothrow_move_constructible_v<Reply>,
                  "requests and replies are moved under a lock");
    const auto shared = std::make_shared<detail::exchange<Request, Reply>>(capacity);
    return {client<Request, Reply>(shared), server<Request, Reply>(shared)};
}

} // namespace spargio::boundary
