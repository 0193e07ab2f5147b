#include <spargio/shards/flush_ticket.hpp>

#include <spargio/detail/loop/runtime_core.hpp>

namespace spargio {

flush_ticket::flush_ticket(detail::shard& here) : here_(here) {
    for (std::size_t i = 0; i < here.core().shard_count(); ++i) {
        detail::shard& target = here.core().at(i);
        for (detail::lane* const outgoing : {here.used_lane_to(target), here.used_hot_lane_to(target)})
            if (outgoing != nullptr) marks_.push_back({outgoing, nullptr, outgoing->pushed()});
        if (detail::direct_link* const direct = here.used_direct_to(target))
            marks_.push_back({nullptr, direct, direct->pushed()});
    }
}

bool flush_ticket::advance(detail::shard&) noexcept {
    while (!marks_.empty() && marks_.back().reached()) marks_.pop_back();
    return marks_.empty();
}

} // namespace spargio
