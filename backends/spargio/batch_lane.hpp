// Batches of messages to a shard, as scenarios with owners see them, on Spargio's lanes.
#pragma once

#include "backends/spargio/batch.hpp"
#include "backends/spargio/checked.hpp"

#include <spargio/shards/this_shard.hpp>

#include <coroutine>
#include <cstdint>
#include <span>
#include <utility>

namespace bench {

/// A batch travels as one message that carries the pointer to its values, which the receiver frees (link.hpp).
class batch_lane {
public:
    /// On the shard of the task that uses it, whichever side it is.
    explicit batch_lane(std::uint32_t of)
        : to_(spargio::this_shard::remote(of)), incoming_(spargio::this_shard::messages()) {}

    [[nodiscard]] auto send(std::span<const std::uint64_t> messages) {
        auto* const sent = batch::make(messages).release();
        return checked([&] { return to_.send(0, reinterpret_cast<std::uint64_t>(sent)); });
    }
    [[nodiscard]] auto receive() { return receiving(incoming_); }

private:
    class received {
    public:
        explicit received(std::uint64_t sent) noexcept : batch_(reinterpret_cast<batch*>(sent)) {}
        [[nodiscard]] std::span<const std::uint64_t> values() const noexcept { return batch_->values(); }

    private:
        batch::pointer batch_;
    };

    class receiving {
    public:
        explicit receiving(const spargio::this_shard::inbox& from) noexcept : inner_(from.next()) {}
        [[nodiscard]] bool await_ready() noexcept { return inner_.await_ready(); }
        bool await_suspend(std::coroutine_handle<> caller) noexcept { return inner_.await_suspend(caller); }
        [[nodiscard]] received await_resume() {
            const auto got = inner_.await_resume();
            if (!got) fail_scenario(got.error());
            return received(got->value);
        }

    private:
        decltype(std::declval<spargio::this_shard::inbox>().next()) inner_;
    };

    spargio::remote_shard to_;
    spargio::this_shard::inbox incoming_;
};

} // namespace bench
