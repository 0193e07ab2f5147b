// A connection whose bytes come by one multishot request (R30), for tasks of its shard.
#pragma once

#include "backends/spargio/checked.hpp"
#include "backends/spargio/peer_runtime.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

#include <spargio/spargio.hpp>

namespace bench {

class multishot_stream {
public:
    /// Begins with the first read. `on` stays the owner of the socket.
    explicit multishot_stream(spargio_peer_stream& on) : on_(on) {}

    /// Gives what has come, copied out of the ring's buffer, as scenarios read into buffers of theirs.
    [[nodiscard]] spargio::task<std::size_t> read_some(std::span<std::byte> into) {
        if (left_.empty()) {
            if (!incoming_) incoming_.emplace(on_.socket().number());
            auto piece = co_await incoming_->next();
            if (!piece) fail_scenario(piece.error());
            piece_ = std::move(*piece);
            left_ = piece_.bytes();
        }
        const std::size_t count = std::min(into.size(), left_.size());
        std::memcpy(into.data(), left_.data(), count);
        left_ = left_.subspan(count);
        if (left_.empty()) piece_.reset();
        co_return count;
    }
    [[nodiscard]] auto write_all(std::span<iovec> parts) { return on_.write_all(parts); }

    /// On the shard that read: what has come and was not taken is lost.
    void end() noexcept {
        left_ = {};
        piece_.reset();
        incoming_.reset();
    }

private:
    spargio_peer_stream& on_;
    std::optional<spargio::ops::receive_stream> incoming_;
    spargio::buffer_lease piece_;
    std::span<const std::byte> left_;
};

} // namespace bench
