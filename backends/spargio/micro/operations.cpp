// What an operation costs beside the kernel's work: each case once with the runtime, and once by hand with
// liburing.
#include "backends/spargio/micro/on_shards.hpp"

#include <spargio/core/file_descriptor.hpp>
#include <spargio/detail/ring/ring.hpp>

#include <array>
#include <cstddef>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

namespace bench::micro {
namespace {

constexpr std::size_t page = 4096;

/// A file of one page in memory.
spargio::file_descriptor one_page() {
    spargio::file_descriptor file(::memfd_create("micro", MFD_CLOEXEC));
    const std::array<std::byte, page> bytes{};
    if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) file.reset();
    return file;
}

spargio::task<int> ask_nothing(benchmark::State& state) {
    for (auto each : state) {
        static_cast<void>(each);
        auto done = co_await spargio::ops::nop();
        if (!done) state.SkipWithError("the kernel refuses a nop");
    }
    co_return 0;
}

spargio::task<int> read_page(benchmark::State& state) {
    const auto file = one_page();
    std::vector<std::byte> into(page);
    for (auto each : state) {
        static_cast<void>(each);
        auto count = co_await spargio::ops::read(file.get(), into, 0);
        if (!count || *count != page) state.SkipWithError("the page could not be read");
    }
    co_return 0;
}

/// The ring as the runtime sets its own up, where the kernel has these flags.
class plain_ring {
public:
    plain_ring() {
        io_uring_params asked{};
        asked.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        live_ = io_uring_queue_init_params(64, &raw_, &asked) == 0;
        if (!live_) live_ = io_uring_queue_init(64, &raw_, 0) == 0;
        if (live_) io_uring_register_ring_fd(&raw_);
    }
    plain_ring(const plain_ring&) = delete;
    plain_ring& operator=(const plain_ring&) = delete;
    ~plain_ring() {
        if (live_) io_uring_queue_exit(&raw_);
    }
    [[nodiscard]] io_uring& raw() noexcept { return raw_; }
    [[nodiscard]] explicit operator bool() const noexcept { return live_; }

private:
    io_uring raw_{};
    bool live_ = false;
};

template <class Prepare>
void by_hand(benchmark::State& state, std::int32_t expected, Prepare prepare) {
    plain_ring ring;
    if (!ring) {
        state.SkipWithError("no io_uring here");
        return;
    }
    for (auto each : state) {
        static_cast<void>(each);
        prepare(*io_uring_get_sqe(&ring.raw()));
        io_uring_submit_and_wait(&ring.raw(), 1);
        io_uring_cqe* done = nullptr;
        io_uring_peek_cqe(&ring.raw(), &done);
        if (done == nullptr || done->res != expected) state.SkipWithError("the kernel gave another answer");
        if (done != nullptr) io_uring_cqe_seen(&ring.raw(), done);
    }
}

void nop(benchmark::State& state) { run_on_first_shard(state, 1, ask_nothing); }
void nop_by_hand(benchmark::State& state) {
    by_hand(state, 0, [](io_uring_sqe& entry) { io_uring_prep_nop(&entry); });
}
void read(benchmark::State& state) { run_on_first_shard(state, 1, read_page); }
void read_by_hand(benchmark::State& state) {
    const auto file = one_page();
    std::vector<std::byte> into(page);
    by_hand(state, page,
            [&](io_uring_sqe& entry) { io_uring_prep_read(&entry, file.get(), into.data(), page, 0); });
}

BENCHMARK(nop)->Name("micro/operation/nop");
BENCHMARK(nop_by_hand)->Name("micro/operation/nop_by_hand");
BENCHMARK(read)->Name("micro/operation/read_4k");
BENCHMARK(read_by_hand)->Name("micro/operation/read_4k_by_hand");

} // namespace
} // namespace bench::micro
