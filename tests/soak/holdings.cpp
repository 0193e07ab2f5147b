#include "tests/soak/holdings.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <malloc.h>
#include <unistd.h>

namespace soak {

holdings holdings::now() {
    ::malloc_trim(0);
    holdings found;
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    found.resident_kib = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
    found.files = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    found.threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
    return found;
}

holdings least_of(int looks, std::chrono::milliseconds apart) {
    holdings least = holdings::now();
    for (int i = 1; i < looks; ++i) {
        std::this_thread::sleep_for(apart);
        const holdings next = holdings::now();
        least.resident_kib = std::min(least.resident_kib, next.resident_kib);
        least.files = std::min(least.files, next.files); // who sends the signals opens and closes a folder
        least.threads = std::min(least.threads, next.threads);
    }
    return least;
}

} // namespace soak
