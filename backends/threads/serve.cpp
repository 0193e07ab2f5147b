// W60 to W64 with a thread a connection, as a server of blocking calls is written first; `workers` says
// nothing here. The branches of a request run in its thread: one that forked would pay a thread for each.
#include "backends/threads/send_all.hpp"
#include "backends/threads/sessions.hpp"
#include "workloads/ground/connection_answers.hpp"
#include "workloads/ground/serve_service.hpp"
#include "workloads/peer/own_listener.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <list>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace bench::plain_threads {
namespace {

/// What came; empty at the end, and where the client has reset.
std::span<std::byte> receive(int socket, std::span<std::byte> room) {
    ssize_t got = 0;
    do {
        got = ::recv(socket, room.data(), room.size(), 0);
    } while (got < 0 && errno == EINTR);
    return room.first(got < 0 ? 0 : static_cast<std::size_t>(got));
}

class serve_session final : public session {
public:
    serve_session(const serve_shape& shape, answering manner) : answering_(manner), service_(shape) {
        service_.serve_at(listener_.port());
        accepting_ = std::thread([this] { accept_all(); });
    }
    ~serve_session() override {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        ::shutdown(listener_.socket(), SHUT_RDWR);
        accepting_.join();
    }

    slice_outcome run(const slice_order& order, recorder& into) override { return service_.run(order, into); }

private:
    /// A connection and its thread.
    class client {
    public:
        /// Throws std::system_error where there is no thread; the connection is closed then.
        client(const serve_session& session, int socket) try
            : socket_(socket), thread_([&session, socket] { session.serve(socket); }) {
        } catch (...) {
            ::close(socket);
        }
        client(const client&) = delete;
        client& operator=(const client&) = delete;
        ~client() {
            ::shutdown(socket_, SHUT_RDWR); // it may be asleep in recv(2)
            thread_.join();
            ::close(socket_);
        }

    private:
        int socket_;
        std::thread thread_;
    };

    void accept_all() {
        try {
            for (;;) {
                const int socket = ::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC);
                if (socket >= 0) {
                    clients_.emplace_back(*this, socket);
                } else if (is_ending()) {
                    return;
                } else if (errno != EINTR && errno != ECONNABORTED) {
                    throw std::system_error(errno, std::system_category(), "accept");
                }
            }
        } catch (...) {
            service_.fail(std::current_exception());
        }
    }

    bool is_ending() {
        const int error = errno;
        const std::lock_guard lock(mutex_);
        errno = error;
        return ending_;
    }

    void serve(int socket) const {
        std::vector<std::byte> room(serve_room_bytes);
        connection_answers answers(answering_, service_.frame_bytes());
        std::size_t got = 0;
        for (bool goes_on = true; goes_on;) {
            const auto came = receive(socket, std::span(room).subspan(got));
            if (came.empty()) break;
            got += came.size();
            const auto there = std::span(room).first(got);
            const auto taken = answers.take(there);
            goes_on = send_all(socket, taken.answers) && taken.goes_on;
            std::ranges::copy(there.subspan(taken.count), room.begin());
            got -= taken.count;
        }
        ::shutdown(socket, SHUT_RDWR);
    }

    const answering answering_;
    serve_service service_;
    own_listener listener_;
    std::mutex mutex_;
    bool ending_ = false;
    std::list<client> clients_; // of the accepting thread, until it has ended
    std::thread accepting_;
};

} // namespace

std::unique_ptr<session> make_serve(const serve_shape& shape, answering manner) {
    return std::make_unique<serve_session>(shape, manner);
}

} // namespace bench::plain_threads
