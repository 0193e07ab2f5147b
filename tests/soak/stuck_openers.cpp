// Tasks that open a FIFO without a reader, which nothing but their deadline ends.
#include "tests/soak/worries.hpp"

#include <spargio/spargio.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace soak {
namespace {

using namespace spargio;
using namespace std::chrono_literals;

/// A FIFO in a folder of its own. Throws std::system_error.
class fifo {
public:
    fifo() {
        std::string pattern = std::filesystem::temp_directory_path() / "soak.XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::system_error(errno, std::system_category(), "mkdtemp");
        folder_ = pattern;
        if (::mkfifo(path().c_str(), 0600) != 0)
            throw std::system_error(errno, std::system_category(), "mkfifo");
    }
    fifo(const fifo&) = delete;
    fifo& operator=(const fifo&) = delete;
    ~fifo() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "fifo"; }

private:
    std::filesystem::path folder_;
};

task<> get_stuck(books& ours) {
    const fifo silent;
    while (ours.goes_on()) {
        note(ours.openers_stuck);
        auto opening = fs::open_options().write().open(silent.path());
        const auto opened = co_await timeout(5ms, std::move(opening));
        ours.expect(!opened && opened.error() == errc::timed_out, "a FIFO without a reader was opened");
        note(ours.openers_ended);
        // What can't block goes on beside it.
        const auto seen = co_await fs::metadata(silent.path());
        ours.expect(seen.has_value(), "a folder can't be looked at beside an opener that is stuck");
    }
}

} // namespace

void start_stuck_openers(runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < 2 * shards; ++i)
        ours.employ(on, get_stuck(ours), stealable_preferred{i % shards});
}

} // namespace soak
