#include <spargio/ops/detail/operation_drain.hpp>

#include <expected>

namespace spargio::ops::detail {

namespace {

/// Until the closer has done with it, or is destroyed where it waits.
class held_place {
public:
    explicit held_place(spargio::detail::descriptor_place& of) noexcept : of_(of) {}
    held_place(const held_place&) = delete;
    held_place& operator=(const held_place&) = delete;
    ~held_place() { of_.let_go(); }
    spargio::detail::descriptor_place* operator->() const noexcept { return &of_; }

private:
    spargio::detail::descriptor_place& of_;
};

} // namespace

task<io_result<void>> drain(shared_descriptor& descriptor) {
    if (!descriptor.is_idle()) {
        const status idle = co_await descriptor.idle();
        if (!idle && descriptor.waive()) co_return std::unexpected(make_error_code(idle.error()));
    }
    if (descriptor.place() != nullptr) {
        const held_place place(*descriptor.take_place());
        place->begin_emptying();
        if (!place->is_empty()) {
            const status empty = co_await place->emptied();
            if (!empty && place->waive()) {
                static_cast<void>(descriptor.release()); // the place's now
                co_return std::unexpected(make_error_code(empty.error()));
            }
        }
    }
    co_return io_result<void>();
}

} // namespace spargio::ops::detail
