#include <spargio/detail/loop/doors/registered_files.hpp>

#include <spargio/detail/loop/shard.hpp>

#include <new>

#include <sys/stat.h>
#include <unistd.h>

namespace spargio::detail {

std::optional<std::uint32_t> file_place::here() const noexcept {
    if (!home_->is_here()) return std::nullopt;
    return place_;
}

void file_place::begin_emptying() noexcept {
    holders_.fetch_add(1, std::memory_order_relaxed);
    home_->take_back(*this);
}

bool file_place::waive() noexcept { return (state_.fetch_or(waived, std::memory_order_acq_rel) & empty) == 0; }

void file_place::let_go() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void file_place::dispose() noexcept {
    state_.store(waived, std::memory_order_relaxed);
    home_->take_back(*this);
}

void file_place::has_been_emptied() noexcept {
    if ((state_.fetch_or(empty, std::memory_order_acq_rel) & waived) != 0)
        ::close(number_);
    else
        empty_.set();
    let_go();
}

registered_files& registered_files::of_this_shard() { return *shard::current_or_end().files(); }

bool registered_files::somebody_waits_for_its_end(int number) noexcept {
    struct ::stat found {};
    return ::fstat(number, &found) != 0 || !(S_ISREG(found.st_mode) || S_ISBLK(found.st_mode));
}

bool registered_files::take_in(shared_descriptor& descriptor) noexcept {
    if (descriptor.place() != nullptr) return descriptor.place()->here().has_value();
    const descriptor_use use(&descriptor); // none of one that is closing
    if (!use) return false;
    serve(); // a place may have come back since the turn began
    const int number = descriptor.number();
    if (prompt_ || !somebody_waits_for_its_end(number))
        if (const auto place = table_.put(number)) {
            if (auto* const made = new (std::nothrow) file_place(shared_from_this(), number, *place)) {
                descriptor.set_place(made);
                registered_.raise();
                return true;
            }
            table_.take_out(*place);
        }
    plain_.add();
    return false;
}

/// On the shard's thread: nobody is at it, so no request, queued or with the kernel, names its place.
void registered_files::put_away(file_place& place) noexcept {
    table_.take_out(place.place_);
    registered_.lower();
    place.has_been_emptied();
}

void registered_files::take_back(file_place& place) noexcept {
    const auto self = shared_from_this(); // `place` may have the last reference
    if (is_here()) return put_away(place);
    if (!returned_.give(place)) place.has_been_emptied(); // the ring has let go of all
}

void registered_files::serve() noexcept {
    returned_.take_all<file_place>([this](file_place& each) { put_away(each); });
}

void registered_files::detach() noexcept {
    const auto self = shared_from_this();
    table_.clear();
    returned_.close<file_place>([](file_place& each) { each.has_been_emptied(); });
}

} // namespace spargio::detail
