// Asio 1.26 does not set user_data of the requests that cancel others, that remove a timeout, and of those at
// its shutdown, and neither it nor liburing 2.3 clears it: the slot's last request shows through, and a
// completion goes to a stranger. That begins when a context has made as many requests as its ring has entries,
// 16,384. Asio 1.27 clears it where it takes an entry (chriskohlhoff/asio 1215); this does the same for older
// ones. Included before everything else, by the compiler's option, into what is built on that reactor
// (docs/decisions/0033).
#pragma once

#include <boost/asio/version.hpp>

#include <liburing.h>

#if BOOST_ASIO_VERSION < 102700
inline io_uring_sqe* take_cleared_entry(io_uring* ring) {
    io_uring_sqe* const entry = io_uring_get_sqe(ring);
    if (entry != nullptr) entry->user_data = 0;
    return entry;
}
#define io_uring_get_sqe take_cleared_entry
#endif
