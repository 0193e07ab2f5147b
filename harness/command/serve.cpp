#include "harness/command/serve.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/output.hpp"
#include "harness/common/problem.hpp"
#include "workloads/cases/serve.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/peer/loopback_listener.hpp"
#include "workloads/peer/peer_address.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace bench {
namespace {

/// A session that asks this program what it would ask the load generator, and is never answered.
class open_server {
public:
    open_server(const group& asked, const arm& by) {
        set_peer_port(control_.port());
        auto opened = by.backend->open(*asked.workload, asked.values, by.knobs);
        if (!opened) {
            complaint_ = opened.error().reason;
            return;
        }
        session_ = *std::move(opened);
        load_generator_ = ::accept4(control_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
        serving_ = std::jthread([this] { serve(); });
        serve_request request{};
        if (::recv(load_generator_, &request, sizeof request, MSG_WAITALL) ==
            static_cast<ssize_t>(sizeof request))
            port_ = request.port;
        else
            end();
    }
    open_server(const open_server&) = delete;
    open_server& operator=(const open_server&) = delete;
    ~open_server() {
        end();
        session_.reset();
        if (load_generator_ >= 0) ::close(load_generator_);
    }

    /// Where it listens; none: complaint() says why.
    [[nodiscard]] std::optional<std::uint64_t> port() const noexcept { return port_; }
    /// Blocks until an interrupt, or until the server cannot go on: complaint() then says why.
    void wait() {
        std::array<pollfd, 2> watched{pollfd{.fd = interrupt::descriptor(), .events = POLLIN, .revents = 0},
                                      pollfd{.fd = load_generator_, .events = POLLRDHUP, .revents = 0}};
        while (!interrupt::requested() && watched[1].revents == 0)
            if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
        end();
    }
    [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }

private:
    void serve() {
        recorder latencies(1);
        try {
            session_->run({.iterations = 1}, latencies);
        } catch (const std::exception& error) {
            if (!ending_) complaint_ = error.what();
        }
    }
    void end() noexcept {
        if (!serving_.joinable()) return;
        ending_ = port_ && interrupt::requested();
        ::shutdown(load_generator_, SHUT_RDWR);
        serving_.join();
    }

    loopback_listener control_;
    std::unique_ptr<session> session_;
    int load_generator_ = -1; ///< the session's end of it is elsewhere
    std::optional<std::uint64_t> port_;
    std::atomic<bool> ending_ = false;
    std::string complaint_; ///< of the serving thread, until it has been joined
    std::jthread serving_;
};

} // namespace

int run_serve(const plan& planned) {
    if (planned.case_count() != 1)
        return complain(
            {problem_code::bad_value, "serve",
             fmt::format("it serves one case, and these are {}", planned.case_count()),
             "name one workload, one value of each parameter, and one backend: serve -w serve/http -b asio"});
    const auto& asked = planned.groups.front();
    const auto& by = asked.arms.front();
    if (asked.workload->peer != peer_kind::load_generator)
        return complain({problem_code::bad_value, "serve",
                         fmt::format("{} serves nobody", asked.workload->name),
                         "`spargio-bench list workloads` has those that do, as serve/http"});
    ::signal(SIGPIPE, SIG_IGN); // as in a cell
    open_server server(asked, by);
    if (server.port()) {
        say("{} listens on 127.0.0.1:{}\n", case_id(asked, by), *server.port());
        if (const auto unprinted = finish_output()) return complain(*unprinted);
        server.wait();
    }
    if (server.complaint().empty()) return exit_ok;
    return complain({problem_code::cannot_begin, case_id(asked, by), server.complaint(), ""});
}

} // namespace bench
