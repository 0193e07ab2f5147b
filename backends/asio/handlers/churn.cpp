// W37 with handlers: an acceptor's handler makes an object for the connection, which lives as long as a handler
// refers to it, and accepts the next one.
#include "backends/asio/listener_set.hpp"
#include "backends/asio/sessions.hpp"

#include <array>
#include <exception>
#include <memory>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace bench::on_asio {
namespace {

using error = boost::system::error_code;

class served_client : public std::enable_shared_from_this<served_client> {
public:
    served_client(peer_socket socket, churn_service& service) : socket_(std::move(socket)), service_(service) {}

    void serve() {
        asio::async_read(socket_, frame(), [self = shared_from_this()](error failure, std::size_t) {
            if (failure) return self->service_.fail_short();
            self->answer();
        });
    }

private:
    void answer() {
        asio::async_write(socket_, frame(), [self = shared_from_this()](error failure, std::size_t) {
            if (failure)
                return self->service_.fail(std::make_exception_ptr(boost::system::system_error(failure)));
            self->service_.served();
            error ignored;
            self->socket_.close(ignored);
        });
    }
    asio::mutable_buffer frame() { return asio::buffer(room_.data(), service_.frame_bytes()); }

    peer_socket socket_;
    churn_service& service_;
    std::array<std::byte, most_churn_frame_bytes> room_;
};

class churn_session final : public session {
public:
    churn_session(const churn_shape& shape, context_layout layout, polling poll)
        : service_(shape), workers_(std::make_unique<worker_threads>(shape.workers, layout, poll)),
          listeners_(*workers_, service_) {
        for (std::size_t i = 0; i < churn_listeners; ++i)
            asio::post(listeners_.executor_of(i), [this, i] { accept(i); });
    }
    ~churn_session() override {
        listeners_.close();
        workers_->join();
    }

    slice_outcome run(const slice_order& order, recorder&) override {
        const spinning_slice spinning(*workers_);
        return service_.run(order);
    }

private:
    void accept(std::size_t listener) {
        listeners_.accept(
            listener, listeners_.next_place(), [this, listener](error failure, peer_socket socket) {
                if (is_end_of_listening(failure)) return;
                if (failure)
                    return service_.fail(std::make_exception_ptr(boost::system::system_error(failure)));
                auto client = std::make_shared<served_client>(std::move(socket), service_);
                client->serve();
                accept(listener);
            });
    }

    churn_service service_;
    std::unique_ptr<worker_threads> workers_;
    listener_set listeners_;
};

} // namespace

std::unique_ptr<session> make_churn(const churn_shape& shape, context_layout layout, polling poll) {
    return std::make_unique<churn_session>(shape, layout, poll);
}

} // namespace bench::on_asio
