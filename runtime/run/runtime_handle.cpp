#include <spargio/run/runtime_handle.hpp>

#include <spargio/detail/loop/runtime_core.hpp>
#include <spargio/detail/machine/misuse.hpp>
#include <spargio/detail/pool/blocking_pool.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

namespace spargio {
namespace {

detail::shard& checked(detail::runtime_core& core, std::size_t index) noexcept {
    if (index >= core.shard_count()) detail::misused("a message to a shard that the runtime does not have");
    return core.at(index);
}

} // namespace

status runtime_handle::post(std::size_t shard, std::uint32_t tag, std::uint64_t value) const noexcept {
    return checked(*core_, shard).post_from_outside({tag, value});
}
status runtime_handle::send(std::size_t shard, std::uint32_t tag, std::uint64_t value) const noexcept {
    return checked(*core_, shard).send_from_outside({tag, value});
}
status runtime_handle::post_hot_count(std::size_t shard, std::uint32_t tag,
                                      std::uint64_t value) const noexcept {
    return checked(*core_, shard).count_from_outside({tag, value});
}

void runtime_handle::stop() const noexcept { core_->request_stop(); }
std::size_t runtime_handle::shards() const noexcept { return core_->shard_count(); }
shard_stats runtime_handle::stats(std::size_t shard) const {
    if (shard >= core_->shard_count())
        throw std::out_of_range("shard " + std::to_string(shard) + " of " +
                                std::to_string(core_->shard_count()));
    return core_->at(shard).stats();
}
runtime_stats runtime_handle::stats() const {
    runtime_stats all{std::chrono::steady_clock::now(), {}};
    all.shards.reserve(core_->shard_count());
    for (std::size_t i = 0; i < core_->shard_count(); ++i) all.shards.push_back(core_->at(i).stats());
    return all;
}

std::vector<std::size_t> runtime_handle::left_behind() const { return core_->left_behind(); }

blocking_stats runtime_handle::blocking() const { return core_->blocking().stats(); }
shard_binding runtime_handle::binding(std::size_t shard) const {
    if (shard >= core_->shard_count())
        throw std::out_of_range("shard " + std::to_string(shard) + " of " +
                                std::to_string(core_->shard_count()));
    return core_->at(shard).thread().binding();
}

} // namespace spargio
