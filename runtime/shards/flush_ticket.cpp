#include <spargio/shards/flush_ticket.hpp>

#include <spargio/detail/loop/runtime_core.hpp>

namespace spargio {

flush_ticket::flush_ticket(detail::shard& here) : here_(here) {
    for (std::size_t i = 0; i < here.core().shard_count(); ++i) {
        detail::shard_mail& mail = here.core().at(i).mail();
        for (detail::lane* const outgoing :
             {mail.plain().used_from(here.index()), mail.used_hot_from(here.index())})
            if (outgoing != nullptr) marks_.push_back({outgoing, nullptr, outgoing->pushed()});
        if (detail::direct_link* const direct = mail.plain().used_direct_from(here.index()))
            marks_.push_back({nullptr, direct, direct->pushed()});
    }
}

bool flush_ticket::advance(detail::shard&) noexcept {
    while (!marks_.empty() && marks_.back().reached()) marks_.pop_back();
    return marks_.empty();
}

} // namespace spargio
