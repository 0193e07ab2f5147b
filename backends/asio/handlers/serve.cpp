// W60, W61, W63, W64 with handlers: a connection is an object that lives as long as one of its handlers refers
// to it, as in Asio's echo examples. It reads what is there into its own room and answers it by one write.
//
// The branches of a request are handlers of their own where any worker may take them (context=pool); the one
// that finishes the last of them goes on with the connection. With a context a worker they are computed where
// they are: a handler sent to another context would wake a thread for a microsecond of work.
#include "backends/asio/serve_listener.hpp"
#include "backends/asio/sessions.hpp"

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

/// How a connection answers.
enum class answering { echo, in_line, forked };

class served_client : public std::enable_shared_from_this<served_client> {
public:
    served_client(peer_socket socket, std::size_t frame_bytes, answering manner)
        : socket_(std::move(socket)), frame_bytes_(frame_bytes), answering_(manner) {}

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
        switch (answering_) {
        case answering::echo:
            return write(got_);
        case answering::in_line:
            return write(answer_frames(std::span(room_).first(got_), frame_bytes_));
        case answering::forked:
            computed_ = 0;
            return fork();
        }
    }

    /// The branches of the next whole request, or the answers to those that came.
    void fork() {
        if (got_ - computed_ < frame_bytes_) return write(computed_);
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

    void write(std::size_t count) {
        if (count == 0) return read();
        asio::async_write(socket_, asio::buffer(room_.data(), count),
                          [self = shared_from_this()](error failure, std::size_t written) {
                              if (failure) return;
                              std::copy(self->room_.data() + written, self->room_.data() + self->got_,
                                        self->room_.data());
                              self->got_ -= written;
                              self->read();
                          });
    }

    peer_socket socket_;
    const std::size_t frame_bytes_;
    const answering answering_;
    std::size_t got_ = 0;
    std::size_t computed_ = 0; ///< bytes of answers, forked
    serve_head head_{};
    std::atomic<std::uint64_t> sum_{0};
    std::atomic<std::uint64_t> open_{0}; ///< branches
    std::array<std::byte, serve_room_bytes> room_;
};

class serve_session final : public session {
public:
    serve_session(const serve_shape& shape, answering manner, context_layout layout, polling poll)
        : service_(shape), answering_(manner), workers_(shape.workers, layout, poll),
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
                std::make_shared<served_client>(std::move(socket), service_.frame_bytes(), answering_);
            listener_.keep({client, &client->socket()});
            client->read();
            accept();
        });
    }

    serve_service service_;
    const answering answering_;
    worker_threads workers_;
    serve_listener listener_;
};

} // namespace

std::unique_ptr<session> make_serve(const served_echo& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session>(shape, answering::echo, layout, poll);
}
std::unique_ptr<session> make_serve(const served_work& shape, context_layout layout, polling poll) {
    return std::make_unique<serve_session>(shape, answering::in_line, layout, poll);
}
std::unique_ptr<session> make_serve(const served_forks& shape, context_layout layout, polling poll) {
    const auto manner = layout == context_layout::pool ? answering::forked : answering::in_line;
    return std::make_unique<serve_session>(shape, manner, layout, poll);
}

} // namespace bench::on_asio
