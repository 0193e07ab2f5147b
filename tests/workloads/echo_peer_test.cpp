// The echo peer: echoes, on loopback only, and never outlives who started it (W6, P23).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/peer/echo_peer.hpp"
#include "workloads/peer/peer_address.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

namespace {

using namespace bench;

/// A blocking connection to 127.0.0.1.
class connection {
public:
    explicit connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = ::htons(port);
        at.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
            throw std::runtime_error("cannot connect");
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { ::close(socket_); }

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) throw std::runtime_error("cannot send");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// So many bytes, or fewer at the end.
    [[nodiscard]] std::string receive(std::size_t count) const {
        std::string bytes(count, '\0');
        const ssize_t got = ::recv(socket_, bytes.data(), count, MSG_WAITALL);
        bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return bytes;
    }
    void end_sending() const { ::shutdown(socket_, SHUT_WR); }
    /// Ends with a reset, not in an orderly way.
    void reset() const {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

private:
    int socket_;
};

echo_peer started() {
    auto peer = echo_peer::start();
    if (!peer) throw std::runtime_error(peer.error());
    return *std::move(peer);
}

TEST(echo_peer, W6_echoes_bytes_as_they_come_on_several_connections) {
    const auto peer = started();
    const connection first(peer.port()), second(peer.port()), third(peer.port());
    third.send("c");
    first.send("a");
    EXPECT_EQ(first.receive(1), "a"); // one byte, with two other connections open before and after it
    second.send("bb");
    EXPECT_EQ(second.receive(2), "bb");
    EXPECT_EQ(third.receive(1), "c");
    first.send("and more");
    EXPECT_EQ(first.receive(8), "and more");
}

TEST(echo_peer, W6_echoes_far_more_than_fits_into_any_buffer) {
    const auto peer = started();
    const connection link(peer.port());
    std::string sent(32u << 20, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 2654435761u >> 13);
    std::jthread sender([&] {
        link.send(sent);
        link.end_sending();
    });
    EXPECT_TRUE(link.receive(sent.size()) == sent);
    EXPECT_EQ(link.receive(1), "") << "the peer closes when the client has ended and all is echoed";
}

TEST(echo_peer, W39_echoes_on_more_connections_than_it_has_threads_and_forgets_those_that_ended) {
    const auto peer = started();
    for (int round = 0; round < 2; ++round) {
        std::deque<connection> all;
        for (int i = 0; i < 700; ++i) all.emplace_back(peer.port());
        for (auto& each : all) each.send("abc");
        for (auto& each : all) EXPECT_EQ(each.receive(3), "abc");
        // The last ones are served beside others: one that ends must not end those.
        all[600].end_sending();
        EXPECT_EQ(all[600].receive(1), "");
        all[601].send("and on");
        EXPECT_EQ(all[601].receive(6), "and on");
        const auto tasks =
            std::filesystem::directory_iterator("/proc/" + std::to_string(peer.process()) + "/task");
        EXPECT_LT(std::distance(begin(tasks), end(tasks)), 400);
    }
}

TEST(echo_peer, W6_goes_on_after_a_connection_was_reset) {
    const auto peer = started();
    for (int i = 0; i < 50; ++i) {
        const connection broken(peer.port());
        broken.send("never read");
        broken.reset();
    }
    const connection link(peer.port());
    link.send("x");
    EXPECT_EQ(link.receive(1), "x");
}

/// Local addresses on which anything listens at that port, as the kernel writes them.
std::vector<std::string> listeners(std::uint16_t port) {
    std::vector<std::string> found;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream file(table);
        std::string line;
        std::getline(file, line);
        while (std::getline(file, line)) {
            std::istringstream words(line);
            std::string number, local, remote, state;
            words >> number >> local >> remote >> state;
            const auto colon = local.find(':');
            if (state == "0A" && std::stoul(local.substr(colon + 1), nullptr, 16) == port)
                found.push_back(local.substr(0, colon));
        }
    }
    return found;
}

TEST(echo_peer, P23_W6_listens_on_127_0_0_1_only) {
    const auto peer = started();
    std::array<char, 9> loopback{};
    std::snprintf(loopback.data(), loopback.size(), "%08X", ::htonl(INADDR_LOOPBACK));
    EXPECT_EQ(listeners(peer.port()), std::vector<std::string>{loopback.data()});
}

TEST(echo_peer, P23_ends_with_its_owner_and_leaves_nothing) {
    pid_t process = 0;
    std::uint16_t port = 0;
    {
        const auto peer = started();
        process = peer.process();
        port = peer.port();
        EXPECT_EQ(peer_port(), port);
    }
    EXPECT_EQ(peer_port(), std::nullopt);
    EXPECT_EQ(::kill(process, 0), -1) << "it must be gone and reaped";
    EXPECT_TRUE(listeners(port).empty());
}

/// Starts a peer in a child that is then killed; returns how the peer ended.
int ending_of_a_peer_whose_parent_is_killed(bool stop_first) {
    // The orphan comes to this process, so that it can be waited for.
    EXPECT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    std::array<int, 2> report{};
    EXPECT_EQ(::pipe2(report.data(), O_CLOEXEC), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        const auto peer = started();
        const pid_t process = peer.process();
        [[maybe_unused]] const ssize_t told = ::write(report[1], &process, sizeof process);
        for (;;) ::pause();
    }
    ::close(report[1]);
    pid_t process = 0;
    EXPECT_EQ(::read(report[0], &process, sizeof process), static_cast<ssize_t>(sizeof process));
    ::close(report[0]);
    if (stop_first) ::kill(process, SIGSTOP);
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    int status = -1;
    EXPECT_EQ(::waitpid(process, &status, 0), process);
    return status;
}

TEST(echo_peer, P23_dies_when_its_parent_is_killed) {
    const int status = ending_of_a_peer_whose_parent_is_killed(false);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << status;
}

TEST(echo_peer, P23_dies_with_its_parent_even_while_it_is_stopped) {
    // It cannot look at its standard input now: only the kernel can end it.
    const int status = ending_of_a_peer_whose_parent_is_killed(true);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
}

TEST(echo_peer, P23_ends_when_its_standard_input_does) {
    // Without a parent to die with: as somebody runs it by hand.
    std::array<int, 2> input{};
    ASSERT_EQ(::pipe2(input.data(), O_CLOEXEC), 0);
    const pid_t process = ::fork();
    if (process == 0) {
        ::dup2(input[0], STDIN_FILENO);
        ::execl(ECHO_PEER_PROGRAM, "spargio-echo-peer", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    ::close(input[0]);
    ::close(input[1]);
    int status = -1;
    EXPECT_EQ(::waitpid(process, &status, 0), process);
    EXPECT_EQ(status, 0);
}

auto start_for(std::string_view name, const std::vector<assignment>& given) {
    const workload& asked = *find_workload(name);
    return echo_peer::start_for(asked, parameters::make(asked.parameters, given).value());
}

TEST(echo_peer, W6_is_started_for_the_workloads_that_need_it_only) {
    const auto none = start_for("idle/park", {});
    ASSERT_TRUE(none) << none.error();
    EXPECT_FALSE(none->has_value());
    const auto one = start_for("net/echo_rtt", {});
    ASSERT_TRUE(one && one->has_value());
    EXPECT_EQ(peer_port(), (*one)->port());
}

TEST(echo_peer, W6_is_not_started_for_a_session_that_serves_itself) {
    const auto none = start_for("net/echo_rtt", {{"peer", "self"}});
    ASSERT_TRUE(none) << none.error();
    EXPECT_FALSE(none->has_value());
    EXPECT_EQ(peer_port(), std::nullopt);
}

TEST(echo_peer, W6_is_scheduled_as_the_workload_says) {
    const auto plain = start_for("net/pipeline_hotspot", {});
    ASSERT_TRUE(plain && plain->has_value());
    EXPECT_EQ(::sched_getscheduler((*plain)->process()), ::sched_getscheduler(0));
}

TEST(echo_peer, W6_is_scheduled_as_batch_work_where_that_is_asked_for_with_every_thread) {
    const auto batch = start_for("net/pipeline_hotspot", {{"peer_class", "batch"}});
    ASSERT_TRUE(batch && batch->has_value());
    EXPECT_NE(::sched_getscheduler(0), SCHED_BATCH) << "who started it is scheduled as before";
    const connection client((*batch)->port());
    client.send("x");
    EXPECT_EQ(client.receive(1), "x"); // it has a thread for this connection
    const std::string threads = "/proc/" + std::to_string((*batch)->process()) + "/task";
    for (const auto& thread : std::filesystem::directory_iterator(threads))
        EXPECT_EQ(::sched_getscheduler(std::stoi(thread.path().filename().string())), SCHED_BATCH);
}

} // namespace
