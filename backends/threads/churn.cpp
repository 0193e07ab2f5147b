// W37 with threads that each accept, serve and close, one connection after the other: as many at each listener
// as there are workers. Of the forms of a server of blocking calls the one that needs no hand-over (Stevens,
// UNIX Network Programming, volume 1, chapter 30: prethreaded, accept in each thread).
#include "backends/threads/sessions.hpp"
#include "workloads/ground/churn_service.hpp"
#include "workloads/peer/loopback_listener.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

class churn_session final : public session {
public:
    explicit churn_session(const churn_shape& shape) : service_(shape) {
        for (std::size_t i = 0; i < churn_listeners; ++i) service_.serve_at(i, listeners_[i].port());
        try {
            for (std::size_t i = 0; i < churn_listeners * shape.workers; ++i)
                threads_.emplace_back([this, i] { serve_all(listeners_[i % churn_listeners].socket()); });
        } catch (...) {
            end();
            throw;
        }
    }
    ~churn_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder&) override { return service_.run(order); }

private:
    void end() noexcept {
        ending_.store(true, std::memory_order_relaxed);
        for (auto& listener : listeners_) ::shutdown(listener.socket(), SHUT_RDWR); // ends every accept
        for (auto& thread : threads_) thread.join();
    }

    void serve_all(int listener) {
        try {
            for (;;) {
                const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
                if (client < 0) {
                    if (ending_.load(std::memory_order_relaxed)) return;
                    if (errno == EINTR || errno == ECONNABORTED) continue;
                    throw std::system_error(errno, std::system_category(), "accept");
                }
                serve(client);
                ::close(client);
            }
        } catch (...) {
            service_.fail(std::current_exception());
        }
    }

    void serve(int client) {
        std::array<std::byte, most_churn_frame_bytes> room;
        const auto wanted = static_cast<ssize_t>(service_.frame_bytes());
        const ssize_t got = ::recv(client, room.data(), service_.frame_bytes(), MSG_WAITALL);
        if (got != wanted) return service_.fail_short();
        if (::send(client, room.data(), service_.frame_bytes(), MSG_NOSIGNAL) != wanted)
            throw std::system_error(errno, std::system_category(), "answering a client");
        service_.served();
    }

    churn_service service_;
    std::array<loopback_listener, churn_listeners> listeners_;
    std::atomic<bool> ending_{false};
    std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<session> make_churn(const churn_shape& shape) { return std::make_unique<churn_session>(shape); }

} // namespace bench::plain_threads
