#include "harness/common/interrupt.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace bench::interrupt {
namespace {

volatile std::sig_atomic_t asked = 0;
int event = -1;

void on_signal(int) {
    const int saved = errno;
    asked = 1;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
    errno = saved;
}

} // namespace

void install() {
    event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    for (const int signal : signals) {
        struct sigaction before {};
        ::sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
    }
}

bool requested() noexcept { return asked != 0; }

int descriptor() noexcept { return event; }

bool sleep_ns(std::uint64_t duration_ns) {
    pollfd waiting{.fd = event, .events = POLLIN, .revents = 0};
    const timespec limit{.tv_sec = static_cast<time_t>(duration_ns / 1'000'000'000),
                         .tv_nsec = static_cast<long>(duration_ns % 1'000'000'000)};
    ::ppoll(&waiting, 1, &limit, nullptr);
    return requested();
}

} // namespace bench::interrupt
