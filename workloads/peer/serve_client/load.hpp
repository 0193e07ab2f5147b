// The requests of one slice, made by one thread: a load generator with epoll(7).
//
// Without a rate an answer brings the next request of its connection. At a rate a request is due at a time of
// its own, and goes to the connection that has had room for longest; when none has, it waits, and its latency
// counts from when it was due all the same.
#pragma once

#include "workloads/cases/serve.hpp"
#include "workloads/measure/histogram.hpp"
#include "workloads/peer/serve_client/asked_connection.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>
#include <memory>
#include <vector>

namespace bench::serve_client {

/// The connections to one port, kept from slice to slice, and what is asked on them. One thread.
class load {
public:
    /// `control` is watched: when its other end is closed, run() gives up. Throws std::system_error.
    explicit load(int control);
    load(const load&) = delete;
    load& operator=(const load&) = delete;
    ~load();

    /// Asks all of it and waits for the answers. Connections that do not fit are reset first, and new ones
    /// opened. `error` says what ended it early.
    serve_answer run(const serve_request& request);

    /// Of the light requests of the last run, if it was to record them.
    [[nodiscard]] const histogram& latencies() const noexcept { return latencies_; }

private:
    [[nodiscard]] bool fits(const serve_request& request) const noexcept;
    [[nodiscard]] bool open_all();
    [[nodiscard]] bool ask_until_answered();
    [[nodiscard]] bool wait_and_take();
    [[nodiscard]] bool take_answers(asked_connection& on);
    [[nodiscard]] bool ask(asked_connection& on, std::size_t most);
    [[nodiscard]] bool ask_those_due();

    [[nodiscard]] bool has_more() const noexcept { return asked_ < request_.requests; }
    /// Of request number `request`, in ns of the monotonic clock.
    [[nodiscard]] std::uint64_t due_at(std::uint64_t request) const noexcept;

    const int control_;
    int poll_;
    serve_request request_{};
    serve_answer answer_{};
    std::vector<std::unique_ptr<asked_connection>> connections_;
    std::deque<asked_connection*> free_; ///< at a rate: one entry for each request that may be sent
    serve_sizes sizes_{};
    std::vector<std::byte> requests_; ///< what is sent at once
    std::uint64_t asked_ = 0;
    std::uint64_t begun_ns_ = 0;
    histogram latencies_;
};

} // namespace bench::serve_client
