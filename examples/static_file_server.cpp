// Serves the files of a folder by HTTP/1.1 (GET and HEAD), to whoever is on this machine. Ends when its
// standard input does.
//
//   example_static_file_server FOLDER
#include <spargio/spargio.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace spargio;
using namespace std::chrono_literals;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

task<io_result<void>> refuse(net::tcp_stream& client, std::string status) {
    const std::string answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
    co_return co_await io::write_all(client, bytes_of(answer));
}

/// The head and the first bytes of the file leave in one write: two would be two packets.
task<io_result<void>> send_file(net::tcp_stream& client, const fs::file& file, std::uint64_t size, bool body,
                                std::span<std::byte> room) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    std::ranges::copy(bytes_of(head), room.begin());
    std::size_t filled = head.size();
    for (std::uint64_t at = 0;;) {
        const std::uint64_t left = body ? size - at : 0;
        const auto part = room.subspan(filled, std::min<std::uint64_t>(room.size() - filled, left));
        auto done = co_await file.read_exact_at(part, at);
        if (done) done = co_await io::write_all(client, room.first(filled + part.size()));
        at += part.size();
        filled = 0;
        if (!done || part.size() == left) co_return done;
    }
}

task<io_result<void>> answer(net::tcp_stream& client, int folder, std::string request,
                             std::span<std::byte> room) {
    const bool get = request.starts_with("GET ");
    if (!get && !request.starts_with("HEAD ")) co_return co_await refuse(client, "405 Method Not Allowed");
    const std::size_t begin = std::min(request.find_first_not_of('/', get ? 4 : 5), request.size());
    const std::string path = request.substr(begin, request.find_first_of(" ?", begin) - begin);
    if (path.contains('\0')) co_return co_await refuse(client, "404 Not Found");
    // The kernel sees to it that neither links nor dots lead out of the folder; a FIFO is not waited for.
    auto opened = co_await ops::openat2(folder, path.c_str(), O_RDONLY | O_NONBLOCK, RESOLVE_BENEATH);
    struct stat known {};
    if (!opened || ::fstat(opened->get(), &known) != 0 || !S_ISREG(known.st_mode)) // which do not wait
        co_return co_await refuse(client, "404 Not Found");
    ::fcntl(opened->get(), F_SETFL, 0); // reads may wait for the disk
    const fs::file file = fs::file::from_fd(std::move(*opened));
    co_return co_await send_file(client, file, static_cast<std::uint64_t>(known.st_size), get, room);
}

/// The first line of a request, once all of its head is there.
task<io_result<std::string>> read_request(io::buffered_reader<net::tcp_stream>& lines) {
    std::string request;
    for (int headers = 0; headers < 100; ++headers) {
        auto line = co_await lines.read_line(8192);
        if (!line || !*line)
            co_return std::unexpected(line ? make_error_code(errc::ended_early) : line.error());
        if ((*line)->empty()) co_return request;
        if (headers == 0) request = std::move(**line);
    }
    co_return std::unexpected(make_error_code(errc::does_not_fit));
}

/// One request after the other, until the client has had enough or makes no sense.
task<> serve(net::tcp_stream client, int folder) {
    io::buffered_reader lines(client);
    std::vector<std::byte> room(65536);
    for (;;) {
        auto request = co_await timeout(10s, read_request(lines));
        if (!request) co_return;
        auto answered = co_await timeout(1min, answer(client, folder, std::move(*request), room));
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

task<int> serve_folder(std::string name) {
    auto folder = co_await ops::openat(AT_FDCWD, name.c_str(), O_PATH | O_DIRECTORY);
    auto listener = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    if (!folder || !listener) {
        std::cerr << name << ": " << (folder ? listener.error() : folder.error()).message() << '\n';
        co_return 1;
    }
    std::cout << "listening on " << listener->local_address()->to_string() << std::endl;
    task_group clients;
    auto end = spawn(close_when_input_ends(*listener));
    for (auto client = co_await listener->accept(); client; client = co_await listener->accept())
        clients.spawn(serve(std::move(*client), folder->get())); // wherever there is time
    clients.cancel();
    co_await clients.join();
    co_await std::move(end);
    co_return 0;
}

} // namespace

int main(int count, char** arguments) {
    const std::string folder = count > 1 ? arguments[1] : ".";
    return spargio::run({.shards = 2}, [&] { return serve_folder(folder); });
}
