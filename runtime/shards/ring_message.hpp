// Messages with a type (R20): a tag that is the type's own, and a value that it packs and unpacks itself.
//
///   struct moved {
///       static constexpr std::uint32_t tag = 7;
///       std::uint32_t key;
///       std::uint32_t owner;
///       std::uint64_t encode() const noexcept { return std::uint64_t{key} << 32 | owner; }
///       static moved decode(std::uint64_t bits) noexcept { return {std::uint32_t(bits >> 32),
///       std::uint32_t(bits)}; }
///   };
//
///   co_await send(this_shard::remote(1), moved{.key = 3, .owner = 1});         // or post(), which never waits
///   const auto got = co_await this_shard::next_event();
///   if (got) handle(*got, [](const moved& what) { ... }, [](const grown& what) { ... });
//
// What does not fit 64 bits travels through a channel<T>.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/message.hpp>
#include <spargio/shards/remote_shard.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace spargio {

/// A type that travels as one message. Two types of one program must not share a tag; handle() refuses a set of
/// handlers in which two do.
template <class M>
concept ring_message = requires(const M& what, std::uint64_t bits) {
    { M::tag } -> std::convertible_to<std::uint32_t>;
    { what.encode() }
    noexcept->std::same_as<std::uint64_t>;
    { M::decode(bits) }
    noexcept->std::same_as<M>;
};

/// remote_shard::post() of a typed message. Same thread, errors and cost.
template <ring_message M>
[[nodiscard]] status post(const remote_shard& to, const M& message) noexcept {
    return to.post(M::tag, message.encode());
}

/// remote_shard::send() of a typed message, which is packed here and now. Same thread, errors, cancellation and
/// cost.
template <ring_message M>
[[nodiscard]] auto send(const remote_shard& to, const M& message) noexcept {
    return to.send(M::tag, message.encode());
}

/// The message in an event if it is one of this type. Any thread; a comparison and decode().
template <ring_message M>
[[nodiscard]] std::optional<M> message_in(const event& from) noexcept {
    if (from.tag != M::tag) return std::nullopt;
    return M::decode(from.value);
}

namespace detail {

template <class Handler>
struct handled;
template <class Class, class Result, class M>
struct handled<Result (Class::*)(M) const> {
    using type = std::remove_cvref_t<M>;
};
template <class Class, class Result, class M>
struct handled<Result (Class::*)(M)> {
    using type = std::remove_cvref_t<M>;
};
template <class Handler>
using handled_t = typename handled<decltype(&std::remove_cvref_t<Handler>::operator())>::type;

template <class... M>
constexpr bool tags_differ() {
    const std::uint32_t tags[] = {M::tag...};
    for (std::size_t i = 0; i < sizeof...(M); ++i)
        for (std::size_t j = i + 1; j < sizeof...(M); ++j)
            if (tags[i] == tags[j]) return false;
    return true;
}

} // namespace detail

/// Calls the handler whose parameter is the type of the message in `from`, and says whether there was one. A
/// handler is a function object with one operator() that takes a ring_message. On the calling thread;
/// exceptions pass through.
template <class... Handlers>
requires(ring_message<detail::handled_t<Handlers>>&&...) bool handle(const event& from,
                                                                     Handlers&&... handlers) {
    static_assert(detail::tags_differ<detail::handled_t<Handlers>...>(),
                  "two of these messages have the same tag");
    const auto try_one = [&]<class Handler>(Handler& handler) {
        const auto what = message_in<detail::handled_t<Handler>>(from);
        if (what) handler(*what);
        return what.has_value();
    };
    return (try_one(handlers) || ...);
}

} // namespace spargio
