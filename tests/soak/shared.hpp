// What all shards use at once: a mutex and a semaphore.
#pragma once

#include "tests/soak/books.hpp"

#include <spargio/spargio.hpp>

namespace soak {

inline spargio::task<> touch_what_is_shared(books& ours) {
    {
        auto held = co_await ours.lock.lock();
        if (held) {
            ++ours.under_lock;
            note(ours.locked);
        }
    }
    if (const auto unit = co_await ours.units.acquire(); unit) {
        ours.expect(ours.units_out.fetch_add(1) < 3, "more units are out than there are");
        co_await spargio::yield();
        ours.units_out.fetch_sub(1);
        ours.units.release();
    }
    note(ours.ended);
}

} // namespace soak
