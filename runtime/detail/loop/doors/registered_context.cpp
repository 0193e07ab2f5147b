#include <spargio/detail/doors/registered_context.hpp>

#include <spargio/detail/loop/shard.hpp>

#include <cerrno>
#include <new>
#include <system_error>

#include <sys/mman.h>

namespace spargio::detail {

registered_memory::~registered_memory() { ::munmap(bytes_.data(), bytes_.size()); }

std::optional<buffer_table::place> registered_memory::place_here() const noexcept {
    return place_ && home_->is_here() ? place_ : std::nullopt;
}

void registered_memory::give_back() noexcept { home_->take_back(*this); }

io_result<registered_memory*> registered_home::make(std::size_t bytes) noexcept {
    const auto refused = [](int why) { return std::unexpected(std::error_code(why, std::system_category())); };
    if (bytes == 0) return refused(EINVAL);
    serve(); // a place may have come back since the turn began
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (mapped == MAP_FAILED) return refused(ENOMEM);
    const std::span whole(static_cast<std::byte*>(mapped), bytes);
    auto* const made = new (std::nothrow) registered_memory(shared_from_this(), whole);
    if (made == nullptr) {
        ::munmap(mapped, bytes);
        return refused(ENOMEM);
    }
    made->place_ = table_.put(whole);
    if (made->place_)
        registered_.raise();
    else
        plain_.add();
    return made;
}

/// On the shard's thread: nobody is at it, so no request, queued or with the kernel, names its place.
void registered_home::put_away(registered_memory& memory) noexcept {
    if (memory.place_) {
        table_.take_out(*memory.place_);
        registered_.lower();
    }
    delete &memory;
}

void registered_home::take_back(registered_memory& memory) noexcept {
    const auto self = shared_from_this(); // `memory` may have the last reference
    if (is_here()) return put_away(memory);
    if (memory.place_ && returned_.give(memory)) return;
    delete &memory; // a plain one, or the ring has gone and its table with it
}

void registered_home::serve() noexcept {
    returned_.take_all<registered_memory>([this](registered_memory& each) { put_away(each); });
}

void registered_home::detach() noexcept {
    const auto self = shared_from_this();
    returned_.close<registered_memory>([](registered_memory& each) { delete &each; });
}

io_result<registered_memory*> registered_home::make_here(std::size_t bytes) {
    return shard::current_or_end().registered()->make(bytes);
}

} // namespace spargio::detail
