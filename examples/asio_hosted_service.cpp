// A TCP service on Boost.Asio whose work is done by Spargio. A client sends a number and a line end, and gets
// the count of the primes below it. Asio owns the sockets and its thread never computes; each request goes
// through a boundary channel to a task, which fans it out into more tasks, and idle shards steal those.
//
// It prints its port, and ends when its standard input does.
#include <spargio/boundary/asio.hpp>
#include <spargio/spargio.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio.hpp>

#include <unistd.h>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using number = std::uint64_t;
using client_end = spargio::boundary::client<number, number>;
using server_end = spargio::boundary::server<number, number>;

constexpr number largest = 1'000'000;

spargio::task<number> primes_between(number first, number end) {
    number count = 0;
    for (number candidate = std::max<number>(first, 2); candidate < end; ++candidate) {
        bool prime = true;
        for (number divisor = 2; prime && divisor * divisor <= candidate; ++divisor)
            prime = candidate % divisor != 0;
        count += prime ? 1 : 0;
    }
    co_return count;
}

spargio::task<> answer(spargio::boundary::received<number, number> call) {
    constexpr number parts = 16;
    const number limit = *call;
    std::vector<spargio::join_handle<number>> running;
    for (number i = 0; i < parts; ++i)
        running.push_back(spargio::spawn(primes_between(limit * i / parts, limit * (i + 1) / parts)));
    number sum = 0;
    for (auto& part : running) sum += co_await std::move(part);
    (void)call.respond(sum); // the caller may have gone
}

/// Ends when the last client is gone. The channel's capacity limits how many answers are worked on at a time.
spargio::task<> serve(server_end calls) {
    for (;;) {
        auto call = co_await calls.receive();
        if (!call) co_return;
        auto work = answer(std::move(*call));
        spargio::spawn(std::move(work)).detach();
    }
}

asio::awaitable<void> talk(tcp::socket peer, client_end service) {
    std::string text;
    for (;;) {
        boost::system::error_code failed;
        const auto line = co_await asio::async_read_until(peer, asio::dynamic_buffer(text, 64), '\n',
                                                          asio::redirect_error(asio::use_awaitable, failed));
        if (failed) co_return;
        number limit = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + line - 1, limit);
        const bool legal = parsed.ec == std::errc() && *parsed.ptr == '\n' && limit <= largest;
        text.erase(0, line);
        std::string reply = "not a number up to 1000000\n";
        if (legal) {
            const auto count = co_await spargio::boundary::async_call(service, limit, asio::use_awaitable);
            reply = (count ? std::to_string(*count) : std::string(to_string(count.error()))) + '\n';
        }
        co_await asio::async_write(peer, asio::buffer(reply),
                                   asio::redirect_error(asio::use_awaitable, failed));
        if (failed) co_return;
    }
}

asio::awaitable<void> accept_all(tcp::acceptor& at, client_end service) {
    for (;;) {
        auto peer = co_await at.async_accept(asio::use_awaitable);
        asio::co_spawn(at.get_executor(), talk(std::move(peer), service), asio::detached);
    }
}

} // namespace

int main() {
    auto started = spargio::runtime::start({});
    if (!started) {
        std::fprintf(stderr, "%s\n", started.error().message.c_str());
        return 1;
    }
    asio::io_context io;
    auto [client, server] = spargio::boundary::channel<number, number>(64);
    (*started)->spawn(serve(std::move(server))).detach();
    tcp::acceptor at(io, {asio::ip::address_v4::loopback(), 0});
    std::printf("listening on 127.0.0.1:%u\n", static_cast<unsigned>(at.local_endpoint().port()));
    std::fflush(stdout);
    asio::co_spawn(io, accept_all(at, client), asio::detached);
    asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
    char byte = 0;
    asio::async_read(input, asio::buffer(&byte, 1), [&](auto, auto) { io.stop(); });
    io.run();
    started->reset(); // answers what is on its way `closed`, while the io_context is still there
    return 0;
}
