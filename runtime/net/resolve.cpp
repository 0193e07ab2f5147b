#include <spargio/net/resolve.hpp>

#include <spargio/net/detail/system_failure.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <netdb.h>
#include <strings.h>

namespace spargio::net {
namespace {

class resolve_errors final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "getaddrinfo"; }
    [[nodiscard]] std::string message(int code) const override { return ::gai_strerror(code); }
};

struct list_deleter {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

using address_list = std::unique_ptr<addrinfo, list_deleter>;

std::unexpected<std::error_code> lookup_failure(int answer) {
    if (answer == EAI_SYSTEM) return detail::system_failure(errno);
    return std::unexpected(std::error_code(answer, resolve_category()));
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_letter(char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z'); }

/// A service as getaddrinfo(3) takes it rightly: that reads numbers by strtoul(3), and keeps their last 16
/// bits.
io_result<std::string> checked_service(const std::string& service) {
    if (std::ranges::any_of(service, is_letter)) return service;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(service.data(), service.data() + service.size(), port);
    if (service.empty() || (std::ranges::all_of(service, is_digit) && error == std::errc()))
        return std::to_string(port);
    return lookup_failure(EAI_SERVICE);
}

/// RFC 6761, 6.3: whatever addresses this machine has outside.
bool is_localhost(const std::string& host) {
    constexpr std::string_view local = "localhost";
    const bool dot = host.ends_with('.');
    const std::string_view name(host.data(), host.size() - (dot ? 1 : 0));
    if (name.size() < local.size()) return false;
    if (name.size() > local.size() && name[name.size() - local.size() - 1] != '.') return false;
    return ::strncasecmp(name.data() + name.size() - local.size(), local.data(), local.size()) == 0;
}

/// Into `list`; gives what getaddrinfo(3) answers.
int ask(const std::string& host, const std::string& service, int flags, address_list& list) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM; // else each address comes once for every kind of socket
    wanted.ai_flags = flags;
    addrinfo* first = nullptr;
    const int answer = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), service.c_str(), &wanted, &first);
    if (answer == 0) list.reset(first);
    return answer;
}

/// glibc leaves a whole family out for AI_ADDRCONFIG, whatever the name is.
int ask_in_turn(const std::string& host, const std::string& service, address_list& list) {
    int answer = ask(host, service, AI_NUMERICHOST, list);
    if (answer != EAI_NONAME) return answer;
    answer = ask(host, service, is_localhost(host) ? 0 : AI_ADDRCONFIG, list);
    const bool none_of_that_family = answer == EAI_NODATA || answer == EAI_ADDRFAMILY;
    return none_of_that_family ? ask(host, service, 0, list) : answer;
}

io_result<std::vector<endpoint>> look_up(const std::string& host, const std::string& service) {
    if (host.contains('\0') || service.contains('\0')) return detail::system_failure(EINVAL);
    const auto checked = checked_service(service);
    if (!checked) return std::unexpected(checked.error());
    address_list list;
    if (const int answer = ask_in_turn(host, *checked, list); answer != 0) return lookup_failure(answer);
    std::vector<endpoint> found;
    for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
        if (each->ai_addr == nullptr || each->ai_addrlen > endpoint::capacity()) continue;
        endpoint one;
        std::memcpy(one.data(), each->ai_addr, each->ai_addrlen);
        one.resize(each->ai_addrlen);
        if (one.family() != address_family::none) found.push_back(one);
    }
    if (found.empty()) return lookup_failure(EAI_NONAME);
    return found;
}

} // namespace

const std::error_category& resolve_category() noexcept {
    static const resolve_errors the_one;
    return the_one;
}

task<io_result<std::vector<endpoint>>> resolve(std::string host, std::string service) {
    auto work = [host = std::move(host), service = std::move(service)] { return look_up(host, service); };
    auto found = co_await in_blocking_pool(std::move(work));
    co_return found;
}

} // namespace spargio::net
