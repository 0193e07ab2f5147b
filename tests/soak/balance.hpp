// Whether the books balance, and what they say.
#pragma once

#include "tests/soak/books.hpp"
#include "tests/soak/holdings.hpp"

#include <spargio/spargio.hpp>

namespace soak {

/// Waits until nothing is on its way any more: the sums have stopped growing.
void wait_until_settled(const books& ours);

/// Each claim that does not hold is printed, and counts in `ours.wrong`.
void balance(books& ours, const spargio::shard_stats& sums);
void compare(books& ours, const holdings& warm, const holdings& late);

void print(const books& ours, const spargio::shard_stats& sums, double seconds);

} // namespace soak
