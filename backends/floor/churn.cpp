// W37 by hand: a thread for each worker waits for its listeners with epoll(7), and a client that has come is
// served at once by calls that block: the client sends as soon as it is connected, so the frame is there or
// comes within microseconds.
#include "backends/floor/descriptor.hpp"
#include "backends/floor/sessions.hpp"
#include "workloads/ground/churn_service.hpp"
#include "workloads/peer/loopback_listener.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench::by_hand {
namespace {

class churn_session final : public session {
public:
    explicit churn_session(const churn_shape& shape) : service_(shape), end_(::eventfd(0, EFD_CLOEXEC)) {
        for (std::size_t i = 0; i < churn_listeners; ++i) {
            service_.serve_at(i, listeners_[i].port());
            if (::fcntl(listeners_[i].socket(), F_SETFL, O_NONBLOCK) != 0) throw_errno("fcntl");
        }
        const std::size_t workers = std::min(shape.workers, churn_listeners);
        try {
            for (std::size_t worker = 0; worker < workers; ++worker)
                threads_.emplace_back([this, worker, workers] {
                    try {
                        serve_all(worker, workers);
                    } catch (...) {
                        service_.fail(std::current_exception());
                    }
                });
        } catch (...) {
            end();
            throw;
        }
    }
    ~churn_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder&) override { return service_.run(order); }

private:
    void end() noexcept {
        ::eventfd_write(end_.number(), 1); // it is never read, so every worker sees it
        for (auto& thread : threads_) thread.join();
    }

    void serve_all(std::size_t worker, std::size_t workers) {
        const descriptor any(::epoll_create1(EPOLL_CLOEXEC));
        watch(any, end_.number(), {.fd = end_.number()});
        for (std::size_t i = worker; i < churn_listeners; i += workers)
            watch(any, listeners_[i].socket(), {.fd = listeners_[i].socket()});
        for (;;) {
            std::array<epoll_event, churn_listeners + 1> ready;
            const int count = ::epoll_wait(any.number(), ready.data(), static_cast<int>(ready.size()), -1);
            if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
            for (int i = 0; i < count; ++i) {
                const int number = ready[static_cast<std::size_t>(i)].data.fd;
                if (number == end_.number()) return;
                serve_those_at(number);
            }
        }
    }

    void serve_those_at(int listener) {
        for (;;) {
            const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) {
                if (errno == EAGAIN) return;
                if (errno == EINTR || errno == ECONNABORTED) continue;
                throw_errno("accept");
            }
            serve(client);
            ::close(client);
        }
    }

    void serve(int client) {
        std::array<std::byte, most_churn_frame_bytes> room;
        const auto wanted = static_cast<ssize_t>(service_.frame_bytes());
        const ssize_t got = ::recv(client, room.data(), service_.frame_bytes(), MSG_WAITALL);
        if (got != wanted) return service_.fail_short();
        if (::send(client, room.data(), service_.frame_bytes(), MSG_NOSIGNAL) != wanted)
            throw_errno("answering a client");
        service_.served();
    }

    churn_service service_;
    std::array<loopback_listener, churn_listeners> listeners_;
    descriptor end_;
    std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<session> make_churn(const churn_shape& shape) { return std::make_unique<churn_session>(shape); }

} // namespace bench::by_hand
