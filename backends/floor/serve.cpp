// W60 to W64 by hand: a thread for each worker with an epoll(7) of its own. Worker 0 accepts as well,
// and deals the connections out by turns. What a read has brought is answered by one send; branches are
// computed where their request came in, one after the other.
#include "backends/floor/descriptor.hpp"
#include "backends/floor/sessions.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/ground/serve_service.hpp"
#include "workloads/peer/own_listener.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench::by_hand {
namespace {

struct client {
    client(int number, connection_answers made) : socket(number), answers(std::move(made)) {}
    descriptor socket;
    connection_answers answers;
    std::size_t got = 0; ///< of a request that is not whole
    std::array<std::byte, serve_room_bytes> room;
};

class serve_session final : public session {
public:
    serve_session(const serve_shape& shape, answering manner)
        : answering_(manner), service_(shape), end_(::eventfd(0, EFD_CLOEXEC)) {
        if (::fcntl(listener_.socket(), F_SETFL, O_NONBLOCK) != 0) throw_errno("fcntl");
        service_.serve_at(listener_.port());
        for (std::size_t i = 0; i < shape.workers; ++i) {
            auto& any = polls_.emplace_back(::epoll_create1(EPOLL_CLOEXEC));
            watch(any, end_.number(), {.ptr = &end_});
        }
        watch(polls_.front(), listener_.socket(), {.ptr = &listener_});
        try {
            for (const auto& any : polls_)
                threads_.emplace_back([this, &any] {
                    try {
                        serve_all(any);
                    } catch (...) {
                        service_.fail(std::current_exception());
                    }
                });
        } catch (...) {
            end();
            throw;
        }
    }
    ~serve_session() override { end(); }

    slice_outcome run(const slice_order& order, recorder& into) override { return service_.run(order, into); }

private:
    void end() noexcept {
        ::eventfd_write(end_.number(), 1); // it is never read, so every worker sees it
        for (auto& thread : threads_) thread.join();
    }

    void serve_all(const descriptor& any) {
        for (;;) {
            std::array<epoll_event, 64> ready;
            const int count = ::epoll_wait(any.number(), ready.data(), static_cast<int>(ready.size()), -1);
            if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
            for (int i = 0; i < count; ++i) {
                void* const as = ready[static_cast<std::size_t>(i)].data.ptr;
                if (as == &end_) return;
                if (as == &listener_) {
                    accept_all();
                } else if (auto* const from = static_cast<client*>(as); !serve(*from)) {
                    const std::lock_guard lock(mutex_);
                    clients_.erase(from);
                }
            }
        }
    }

    void accept_all() {
        for (;;) {
            const int socket = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (socket < 0) {
                if (errno == EAGAIN) return;
                if (errno == EINTR || errno == ECONNABORTED) continue;
                throw_errno("accept");
            }
            auto made =
                std::make_unique<client>(socket, connection_answers(answering_, service_.frame_bytes()));
            auto* const as = made.get();
            {
                const std::lock_guard lock(mutex_);
                clients_.emplace(as, std::move(made));
            }
            watch(polls_[next_++ % polls_.size()], socket, {.ptr = as});
        }
    }

    /// Whether there will be more.
    static bool serve(client& from) {
        const ssize_t count =
            ::recv(from.socket.number(), from.room.data() + from.got, from.room.size() - from.got, 0);
        if (count <= 0) return count < 0 && (errno == EAGAIN || errno == EINTR);
        const auto there = std::span(from.room).first(from.got + static_cast<std::size_t>(count));
        const auto [answers, whole, goes_on] = from.answers.take(there);
        from.got = there.size() - whole;
        // The socket has room for all that the load generator may have under way: a client that takes nothing
        // of that is given up.
        if (!answers.empty() && ::send(from.socket.number(), answers.data(), answers.size(), MSG_NOSIGNAL) !=
                                    static_cast<ssize_t>(answers.size()))
            return false;
        if (whole != 0) std::memmove(from.room.data(), from.room.data() + whole, from.got);
        return goes_on;
    }

    const answering answering_;
    serve_service service_;
    own_listener listener_;
    descriptor end_;
    std::deque<descriptor> polls_;
    std::size_t next_ = 0; // of worker 0
    std::mutex mutex_;     // of the clients that are there; each belongs to one worker
    std::unordered_map<const client*, std::unique_ptr<client>> clients_;
    std::vector<std::thread> threads_;
};

} // namespace

std::unique_ptr<session> make_serve(const serve_shape& shape, answering manner) {
    return std::make_unique<serve_session>(shape, manner);
}

} // namespace bench::by_hand
