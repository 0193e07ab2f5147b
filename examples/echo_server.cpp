// An echo server: a task for each connection, spread over the shards. Ends when its standard input does.
//
//   example_echo_server [PORT]        port 0, the default, lets the kernel choose
#include <spargio/spargio.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <utility>

#include <unistd.h>

namespace {

using namespace spargio;
using namespace std::chrono_literals;

/// A client that says nothing for a minute is let go.
task<> echo(net::tcp_stream client) {
    std::array<std::byte, 16384> buffer;
    for (;;) {
        auto count = co_await timeout(1min, client.read_some(buffer));
        if (!count || *count == 0) co_return;
        auto written = co_await timeout(1min, io::write_all(client, std::span(buffer).first(*count)));
        if (!written) co_return;
    }
}

task<> accept_all(const net::tcp_listener& listener, task_group& clients) {
    for (;;) {
        auto client = co_await listener.accept(net::round_robin{});
        if (!client) co_return; // the listener was closed
        const std::uint32_t home = client->home();
        clients.spawn(echo(std::move(*client)), pinned{home});
    }
}

task<> close_when_input_ends(net::tcp_listener& listener) {
    std::array<std::byte, 64> ignored{};
    for (;;) {
        auto count = co_await ops::read(STDIN_FILENO, ignored);
        if (!count || *count == 0) break;
    }
    auto closed = co_await listener.close(); // which ends the accept that is under way
    if (!closed) std::cerr << "closing: " << closed.error().message() << '\n';
}

task<int> serve(std::uint16_t port) {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(port));
    if (!bound) {
        std::cerr << "cannot listen on port " << port << ": " << bound.error().message() << '\n';
        co_return 1;
    }
    std::cout << "listening on " << bound->local_address()->to_string() << std::endl;
    task_group clients;
    auto end = spawn(close_when_input_ends(*bound));
    co_await accept_all(*bound, clients);
    clients.cancel();
    co_await clients.join();
    co_await std::move(end);
    co_return 0;
}

} // namespace

int main(int count, char** arguments) {
    const auto port = static_cast<std::uint16_t>(count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 0);
    return spargio::run({.shards = 2}, [port] { return serve(port); });
}
