// Serves the files of a folder by HTTP/1.1 (GET and HEAD), to whoever is on this machine. Ends when its
// standard input does.
//
//   example_static_file_server FOLDER
#include <spargio/spargio.hpp>

#include <array>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

#include <unistd.h>

namespace {

using namespace spargio;
using namespace std::chrono_literals;
using path = std::filesystem::path;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

/// The file that a request names, if it lies in the folder: whatever links and dots say.
task<io_result<fs::file>> open_within(path folder, std::string target) {
    auto where = co_await fs::canonicalize(folder / path(target.substr(0, target.find('?'))).relative_path());
    if (!where) co_return std::unexpected(where.error());
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), where->begin(), where->end());
    if (end != folder.end()) co_return std::unexpected(std::make_error_code(std::errc::permission_denied));
    co_return co_await fs::file::open(std::move(*where));
}

task<io_result<void>> refuse(net::tcp_stream& client, std::string status) {
    const std::string answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
    co_return co_await io::write_all(client, bytes_of(answer));
}

task<io_result<void>> answer(net::tcp_stream& client, path folder, std::string request) {
    std::istringstream words(request);
    std::string method;
    std::string target;
    words >> method >> target;
    if (method != "GET" && method != "HEAD") co_return co_await refuse(client, "405 Method Not Allowed");
    auto file = co_await open_within(std::move(folder), std::move(target));
    if (!file) co_return co_await refuse(client, "404 Not Found");
    auto known = co_await file->metadata();
    if (!known || !known->is_file()) co_return co_await refuse(client, "404 Not Found");
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(known->size) + "\r\n\r\n";
    auto sent = co_await io::write_all(client, bytes_of(head));
    std::array<std::byte, 65536> part;
    for (std::uint64_t at = 0; sent && method == "GET" && at < known->size;) {
        const auto wanted = std::span(part).first(std::min<std::uint64_t>(part.size(), known->size - at));
        sent = co_await file->read_exact_at(wanted, at);
        if (sent) sent = co_await io::write_all(client, wanted);
        at += wanted.size();
    }
    co_return sent;
}

/// One request after the other, until the client has had enough or makes no sense.
task<> serve(net::tcp_stream client, path folder) {
    io::buffered_reader lines(client);
    for (;;) {
        std::string request;
        for (int headers = 0; headers < 100; ++headers) {
            auto line = co_await timeout(10s, lines.read_line(8192));
            if (!line || !*line) co_return;
            if (headers == 0) request = **line;
            if ((*line)->empty()) break;
        }
        auto answered = co_await timeout(1min, answer(client, folder, std::move(request)));
        if (!answered) co_return;
    }
}

task<> close_when_input_ends(net::tcp_listener& listener) {
    std::array<std::byte, 64> ignored{};
    auto count = co_await ops::read(STDIN_FILENO, ignored);
    while (count && *count != 0) count = co_await ops::read(STDIN_FILENO, ignored);
    auto closed = co_await listener.close();
    if (!closed) std::cerr << "closing: " << closed.error().message() << '\n';
}

task<int> serve_folder(path name) {
    auto folder = co_await fs::canonicalize(name);
    auto listener = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    if (!folder || !listener) {
        std::cerr << name << ": " << (folder ? listener.error() : folder.error()).message() << '\n';
        co_return 1;
    }
    std::cout << "listening on " << listener->local_address()->to_string() << std::endl;
    task_group clients;
    auto end = spawn(close_when_input_ends(*listener));
    for (auto client = co_await listener->accept(); client; client = co_await listener->accept())
        clients.spawn(serve(std::move(*client), *folder)); // wherever there is time
    clients.cancel();
    co_await clients.join();
    co_await std::move(end);
    co_return 0;
}

} // namespace

int main(int count, char** arguments) {
    const path folder = count > 1 ? arguments[1] : ".";
    return spargio::run({.shards = 2}, [&] { return serve_folder(folder); });
}
