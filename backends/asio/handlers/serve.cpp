// W60 to W64 with handlers: a connection is an object that lives as long as one of its handlers refers
// to it, as in Asio's echo examples. It reads what is there into its own room and answers it by one write.
//
// The branches of a request are handlers of their own where any worker may take them (context=pool); the one
// that finishes the last of them goes on with the connection. With a context a worker they are computed where
// they are: a handler sent to another context would wake a thread for a microsecond of work.
#include "backends/asio/serve_listener.hpp"
#include "backends/asio/sessions.hpp"
#include "workloads/ground/connection_answers.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <span>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

using error = boost::system::error_code;

class served_client : public std::enable_shared_from_this<served_client> {
public:
    served_client(peer_socket socket, std::size_t frame_bytes, answering manner, bool forks)
        : socket_(std::move(socket)), frame_bytes_(frame_bytes), forks_(forks), answers_(manner, frame_bytes) {}

    /// A failure is the client's affair: the connection is closed with the last handler.
    void read() {
        socket_.async_read_some(asio::buffer(room_.data() + got_, room_.size() - got_),
                                [self = shared_from_this()](error failure, std::size_t count) {
                                    if (!failure) self->take(count);
                                });
    }

    [[nodiscard]] peer_socket& socket() noexcept { return socket_; }

private:
    void take(std::size_t count) {
        got_ += count;
        if (!forks_) return write(answers_.take(std::span(room_).first(got_)));
        computed_ = 0;
        fork();
    }

    /// The branches of the next whole request, or the answers to those that came.
    void fork() {
        if (got_ - computed_ < frame_bytes_) return write(computed_answers());
        head_ = read_serve_head(next_frame());
        if (!is_forked(head_)) {
            write_serve_value(next_frame(), serve_value(head_));
            computed_ += frame_bytes_;
            return fork();
        }
        sum_.store(0, std::memory_order_relaxed);
        open_.store(head_.branches, std::memory_order_relaxed);
        const auto self = shared_from_this();
        const std::uint64_t branches = head_.branches; // the last branch may begin the next request meanwhile
        for (std::uint64_t branch = 0; branch < branches; ++branch)
            asio::post(socket_.get_executor(), [self, branch] { self->run_branch(branch); });
    }

    void run_branch(std::uint64_t branch) {
        sum_.fetch_add(serve_branch(head_, branch), std::memory_order_relaxed);
        if (open_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        write_serve_value(next_frame(), sum_.load(std::memory_order_relaxed));
        computed_ += frame_bytes_;
        fork();
    }

    std::span<std::byte> next_frame() { return std::span(room_).subspan(computed_, frame_bytes_); }

    connection_answers::taken computed_answers() {
        return {.answers = std::span(room_).first(computed_), .count = computed_, .goes_on = true};
    }

    void write(connection_answers::taken taken) {
        if (taken.answers.empty()) return go_on(taken);
        asio::async_write(socket_, asio::buffer(taken.answers.data(), taken.answers.size()),
                          [self = shared_from_this(), taken](error failure, std::size_t) {
                              if (!failure) self->go_on(taken);
                          });
    }

    void go_on(const connection_answers::taken& taken) {
        if (!taken.goes_on) return;
        std::copy(room_.data() + taken.count, room_.data() + got_, room_.data());
        got_ -= taken.count;
        read();
    }

    peer_socket socket_;
    const std::size_t frame_bytes_;
    const bool forks_; ///< frames, whose branches any worker may take
    connection_answers answers_;
    std::size_t got_ = 0;
    std::size_t computed_ = 0; ///< bytes of answers, forked
    serve_head head_{};
    std::atomic<std::uint64_t> sum_{0};
    std::atomic<std::uint64_t> open_{0}; ///< branches
    std::array<std::byte, serve_room_bytes> room_;
};

class serve_session final : public session {
public:
    serve_session(const serve_shape& shape, answering manner, bool forks, context_layout layout, polling poll)
        : service_(shape), answering_(manner), forks_(forks), workers_(shape.workers, layout, poll),
          listener_(workers_, service_) {
        asio::post(listener_.executor(), [this] { accept(); });
    }
    ~serve_session() override {
        listener_.end();
        workers_.join();
    }

    slice_outcome run(const slice_order& order, recorder& into) override {
        const spinning_slice spinning(workers_);
        return service_.run(order, into);
    }

private:
    void accept() {
        listener_.accept([this](error failure, peer_socket socket) {
            if (is_end_of_listening(failure)) return;
            if (failure) return service_.fail(std::make_exception_ptr(boost::system::system_error(failure)));
            const auto client =
                std::make_shared<served_client>(std::move(socket), service_.frame_bytes(), answering_, forks_);
            listener_.keep({client, &client->socket()});
            client->read();
            accept();
        });
    }

    serve_service service_;
    const answering answering_;
    const bool forks_;
    worker_threads workers_;
    serve_listener listener_;
};

} // namespace

std::unique_ptr<session> make_serve(const served_echo& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session>(shape, answering_of(shape), false, layout, poll);
}
std::unique_ptr<session> make_serve(const served_work& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session>(shape, answering_of(shape), false, layout, poll);
}
std::unique_ptr<session> make_serve(const served_forks& shape, context_layout layout, polling poll) {
    const bool forks = layout == context_layout::pool;
    return std::make_unique<serve_session>(shape, answering_of(shape), forks, layout, poll);
}
std::unique_ptr<session> make_serve(const served_http& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session>(shape, answering_of(shape), false, layout, poll);
}

} // namespace bench::on_asio
