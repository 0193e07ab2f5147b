#include <spargio/net/resolve.hpp>

#include <spargio/net/detail/system_failure.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <netdb.h>

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

io_result<std::vector<endpoint>> look_up(const std::string& host, const std::string& service) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM; // else each address comes once for every kind of socket
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* first = nullptr;
    const int answer = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                     service.empty() ? "0" : service.c_str(), &wanted, &first);
    if (answer == EAI_SYSTEM) return detail::system_failure(errno);
    if (answer != 0) return std::unexpected(std::error_code(answer, resolve_category()));
    const std::unique_ptr<addrinfo, list_deleter> list(first);
    std::vector<endpoint> found;
    for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
        if (each->ai_addr == nullptr || each->ai_addrlen > endpoint::capacity()) continue;
        endpoint one;
        std::memcpy(one.data(), each->ai_addr, each->ai_addrlen);
        one.resize(each->ai_addrlen);
        if (one.family() != address_family::none) found.push_back(one);
    }
    if (found.empty()) return std::unexpected(std::error_code(EAI_NONAME, resolve_category()));
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
