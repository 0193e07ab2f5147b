// Messages between two workers, as scenarios see them, on Spargio's lanes.
#pragma once

#include "backends/spargio/batch.hpp"
#include "backends/spargio/checked.hpp"

#include <spargio/shards/this_shard.hpp>

#include <algorithm>
#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace bench {

/// A single value travels in a message of its own. A batch travels as one message that carries the pointer to
/// its values, and the receiver frees it: the rivals hand batches over in the same way (a vector in one
/// handler, a queue that is swapped whole), but in the runtime's pool rather than in malloc's.
class spargio_link {
public:
    /// On the worker that will use it: the sender names the target, the receiver needs nothing.
    spargio_link(std::uint32_t from, std::uint32_t to)
        : to_(spargio::this_shard::remote(spargio::this_shard::id() == from ? to : from)),
          incoming_(spargio::this_shard::messages()) {}

    [[nodiscard]] auto send(std::uint64_t value) {
        return checked([&] { return to_.send(value_tag, value); });
    }

    [[nodiscard]] auto send_batch(std::span<const std::uint64_t> values) {
        auto* const sent = batch::make(values).release();
        return checked([&] { return to_.send(batch_tag, reinterpret_cast<std::uint64_t>(sent)); });
    }

    /// The next single value.
    [[nodiscard]] auto receive() { return receiving(incoming_); }

    /// Waits until there are values and gives as many as there are and fit into `into`.
    [[nodiscard]] auto receive_batch(std::span<std::uint64_t> into) { return receiving_batch(*this, into); }

private:
    static constexpr std::uint32_t value_tag = 0;
    static constexpr std::uint32_t batch_tag = 1;

    class receiving {
    public:
        explicit receiving(const spargio::this_shard::inbox& from) noexcept : inner_(from.next()) {}
        [[nodiscard]] bool await_ready() noexcept { return inner_.await_ready(); }
        bool await_suspend(std::coroutine_handle<> caller) noexcept { return inner_.await_suspend(caller); }
        [[nodiscard]] std::uint64_t await_resume() {
            const auto got = inner_.await_resume();
            if (!got) fail_scenario(got.error());
            return got->value;
        }

    private:
        decltype(std::declval<spargio::this_shard::inbox>().next()) inner_;
    };

    class receiving_batch {
    public:
        receiving_batch(spargio_link& link, std::span<std::uint64_t> into) noexcept
            : link_(link), into_(into), inner_(link.incoming_.next_batch(link.events_)) {}
        [[nodiscard]] bool await_ready() noexcept { return link_.has_rest() || inner_.await_ready(); }
        bool await_suspend(std::coroutine_handle<> caller) noexcept { return inner_.await_suspend(caller); }
        [[nodiscard]] std::size_t await_resume() {
            if (!link_.has_rest()) {
                const auto count = inner_.await_resume();
                if (!count) fail_scenario(count.error());
                link_.waiting_ = std::span(link_.events_).first(*count);
            }
            return link_.unpack(into_);
        }

    private:
        spargio_link& link_;
        std::span<std::uint64_t> into_;
        decltype(std::declval<spargio::this_shard::inbox>().next_batch({})) inner_;
    };

    [[nodiscard]] bool has_rest() const noexcept { return batch_ != nullptr || !waiting_.empty(); }

    /// Moves values out of what was taken from the lane until `into` is full or nothing is left.
    std::size_t unpack(std::span<std::uint64_t> into) {
        std::size_t count = 0;
        while (count < into.size() && has_rest()) {
            if (batch_ != nullptr) {
                const auto rest = batch_->values().subspan(taken_of_batch_);
                const std::size_t now = std::min(into.size() - count, rest.size());
                std::copy_n(rest.data(), now, into.data() + count);
                count += now;
                taken_of_batch_ += now;
                if (now == rest.size()) batch_.reset();
                continue;
            }
            const spargio::event next = waiting_.front();
            waiting_ = waiting_.subspan(1);
            if (next.tag == value_tag) {
                into[count++] = next.value;
            } else {
                batch_.reset(reinterpret_cast<batch*>(next.value));
                taken_of_batch_ = 0;
            }
        }
        return count;
    }

    spargio::remote_shard to_;
    spargio::this_shard::inbox incoming_;
    std::array<spargio::event, 512> events_;
    std::span<const spargio::event> waiting_; // of events_, not yet unpacked
    batch::pointer batch_;                    // being unpacked
    std::size_t taken_of_batch_ = 0;
};

} // namespace bench
