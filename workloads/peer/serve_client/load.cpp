#include "workloads/peer/serve_client/load.hpp"

#include "workloads/measure/recorder.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

namespace bench::serve_client {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::uint64_t ns_in_second = 1'000'000'000;

/// Null is the control connection.
bool watch(int poll, int socket, void* as) {
    epoll_event interest{};
    interest.events = as == nullptr ? EPOLLRDHUP : EPOLLIN;
    interest.data.ptr = as;
    return ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &interest) == 0;
}

void write_request(serve_protocol protocol, std::span<std::byte> into, const serve_head& head) {
    if (protocol == serve_protocol::http) return write_http_request(into, head.value);
    std::memcpy(into.data(), &head, sizeof head);
    for (std::size_t word = serve_head_words; word < into.size() / word_bytes; ++word) {
        const std::uint64_t value = head.value + word;
        std::memcpy(into.data() + word * word_bytes, &value, word_bytes);
    }
}

serve_shape shape_of(const serve_request& request) {
    return {.protocol = request.protocol,
            .requests = request.requests,
            .frame_bytes = request.frame_bytes,
            .connections = request.connections,
            .depth = request.depth,
            .rate = request.rate,
            .steps = request.steps,
            .heavy_every = request.heavy_every,
            .heavy_times = request.heavy_times,
            .branches = request.branches,
            .workers = 0};
}

} // namespace

load::load(int control) : control_(control), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (poll_ < 0 || !watch(poll_, control_, nullptr))
        throw std::system_error(errno, std::system_category(), "epoll");
}

load::~load() { ::close(poll_); }

bool load::fits(const serve_request& request) const noexcept {
    return request.port == request_.port && request.protocol == request_.protocol &&
           request.frame_bytes == request_.frame_bytes && request.connections == request_.connections &&
           request.depth == request_.depth && answer_.error == 0;
}

serve_answer load::run(const serve_request& request) {
    if (!fits(request)) connections_.clear();
    request_ = request;
    answer_ = {};
    asked_ = 0;
    latencies_.clear();
    if ((!connections_.empty() || open_all()) && ask_until_answered()) return answer_;
    answer_.error = static_cast<std::uint64_t>(errno);
    return answer_;
}

bool load::open_all() {
    sizes_ = serve_sizes_of(request_.protocol, request_.frame_bytes);
    requests_.resize(sizes_.request * request_.depth);
    for (std::uint64_t i = 0; i < request_.connections; ++i) {
        auto& made =
            connections_.emplace_back(std::make_unique<asked_connection>(sizes_.answer, request_.depth));
        if (!made->open(static_cast<std::uint16_t>(request_.port)) || !watch(poll_, made->socket(), made.get()))
            return false;
    }
    return true;
}

std::uint64_t load::due_at(std::uint64_t request) const noexcept {
    // In two parts, so that no product overflows.
    return begun_ns_ + request / request_.rate * ns_in_second +
           request % request_.rate * ns_in_second / request_.rate;
}

bool load::ask_until_answered() {
    begun_ns_ = now_ns();
    free_.clear();
    for (std::uint64_t i = 0; i < request_.depth && request_.rate != 0; ++i)
        for (auto& each : connections_) free_.push_back(each.get());
    if (request_.rate == 0)
        for (auto& each : connections_)
            if (!ask(*each, request_.depth)) return false;
    while (answer_.requests < request_.requests)
        if ((request_.rate != 0 && !ask_those_due()) || !wait_and_take()) return false;
    return true;
}

bool load::wait_and_take() {
    std::array<epoll_event, 256> ready;
    timespec room{};
    timespec* patience = nullptr;
    if (request_.rate != 0 && has_more() && !free_.empty()) {
        const std::uint64_t due = due_at(asked_), now = now_ns();
        const std::uint64_t left = due > now ? due - now : 0;
        room = {.tv_sec = static_cast<time_t>(left / ns_in_second),
                .tv_nsec = static_cast<long>(left % ns_in_second)};
        patience = &room;
    }
    const int count = ::epoll_pwait2(poll_, ready.data(), static_cast<int>(ready.size()), patience, nullptr);
    if (count < 0) return errno == EINTR;
    for (const auto& each : std::span(ready).first(static_cast<std::size_t>(count))) {
        if (each.data.ptr == nullptr) {
            errno = ECANCELED; // whoever asked has gone
            return false;
        }
        if (!take_answers(*static_cast<asked_connection*>(each.data.ptr))) return false;
    }
    return true;
}

bool load::take_answers(asked_connection& on) {
    if (!on.receive()) return false;
    const std::uint64_t now = request_.record_latency != 0 ? now_ns() : 0;
    std::size_t came = 0;
    for (auto answer = on.next_answer(); !answer.empty(); answer = on.next_answer(), ++came) {
        const auto& asked = on.answered();
        answer_.checksum += serve_checksum(sum_of_words(answer), asked.number);
        answer_.bytes += answer.size();
        ++answer_.requests;
        if (asked.begun_ns != 0) latencies_.record(now - asked.begun_ns);
    }
    if (request_.rate == 0) return ask(on, came);
    free_.insert(free_.end(), came, &on);
    return true;
}

bool load::ask(asked_connection& on, std::size_t most) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>({most, on.room(), request_.requests - asked_}));
    if (count == 0) return true;
    const auto shape = shape_of(request_);
    const auto requests = std::span(requests_).first(count * sizes_.request);
    const std::uint64_t now = request_.record_latency != 0 && request_.rate == 0 ? now_ns() : 0;
    for (std::size_t i = 0; i < count; ++i, ++asked_) {
        write_request(request_.protocol, requests.subspan(i * sizes_.request, sizes_.request),
                      serve_head_of(shape, request_.seed, asked_));
        const bool counts = request_.record_latency != 0 && !is_heavy(shape, request_.seed, asked_);
        on.note({.number = asked_, .begun_ns = !counts ? 0 : request_.rate == 0 ? now : due_at(asked_)});
    }
    return on.send(requests);
}

bool load::ask_those_due() {
    const std::uint64_t now = now_ns();
    while (has_more() && !free_.empty() && due_at(asked_) <= now) {
        auto* const on = free_.front();
        free_.pop_front();
        if (!ask(*on, 1)) return false;
    }
    return true;
}

} // namespace bench::serve_client
