#include <spargio/net/any_socket.hpp>

#include <spargio/ops/close.hpp>
#include <spargio/ops/detail/operation_drain.hpp>

#include <algorithm>
#include <limits>

#include <unistd.h>

namespace spargio::net {

task<io_result<void>> any_socket::close() {
    shared_descriptor* const shared = of_.get();
    if (shared == nullptr || !shared->begin_closing()) co_return detail::system_failure(EBADF);
    if (!shared->is_idle())
        ::shutdown(shared->number(), SHUT_RDWR); // wakes waiters also where nothing is connected (ENOTCONN)
    if (!ops::detail::is_drained(*shared)) {
        auto drained = co_await ops::detail::drain(*shared);
        if (!drained) co_return drained;
    }
    const int number = shared->release();
    auto closed = co_await ops::close(number);
    // Of close(2) itself there is no such error (its man page): there was no memory to begin it.
    if (!closed && closed.error() == std::errc::not_enough_memory) {
        if (::close(number) != 0) co_return detail::system_failure(errno);
        co_return io_result<void>();
    }
    co_return closed;
}

io_result<void> any_socket::set_option(int level, int name, int value) const {
    const descriptor_use use(of_.get());
    if (!use) return detail::system_failure(EBADF);
    if (::setsockopt(use.number(), level, name, &value, sizeof(value)) != 0)
        return detail::system_failure(errno);
    return {};
}

io_result<int> any_socket::option(int level, int name) const {
    const descriptor_use use(of_.get());
    if (!use) return detail::system_failure(EBADF);
    int value = 0;
    socklen_t bytes = sizeof(value);
    if (::getsockopt(use.number(), level, name, &value, &bytes) != 0) return detail::system_failure(errno);
    return value;
}

io_result<bool> any_socket::flag(int level, int name) const {
    const auto value = option(level, name);
    if (!value) return std::unexpected(value.error());
    return *value != 0;
}

io_result<void> any_socket::set_reuse_address(bool on) const {
    return set_option(SOL_SOCKET, SO_REUSEADDR, static_cast<int>(on));
}
io_result<bool> any_socket::reuse_address() const { return flag(SOL_SOCKET, SO_REUSEADDR); }

io_result<void> any_socket::set_reuse_port(bool on) const {
    return set_option(SOL_SOCKET, SO_REUSEPORT, static_cast<int>(on));
}
io_result<bool> any_socket::reuse_port() const { return flag(SOL_SOCKET, SO_REUSEPORT); }

io_result<void> any_socket::set_send_buffer_size(int bytes) const {
    return set_option(SOL_SOCKET, SO_SNDBUF, bytes);
}
io_result<int> any_socket::send_buffer_size() const { return option(SOL_SOCKET, SO_SNDBUF); }

io_result<void> any_socket::set_receive_buffer_size(int bytes) const {
    return set_option(SOL_SOCKET, SO_RCVBUF, bytes);
}
io_result<int> any_socket::receive_buffer_size() const { return option(SOL_SOCKET, SO_RCVBUF); }

io_result<void> any_socket::set_linger(std::optional<std::chrono::seconds> time) const {
    const descriptor_use use(of_.get());
    if (!use) return detail::system_failure(EBADF);
    ::linger value{.l_onoff = static_cast<int>(time.has_value()), .l_linger = 0};
    if (time) {
        constexpr std::chrono::seconds most(std::numeric_limits<int>::max());
        if (*time < std::chrono::seconds(0))
            return detail::system_failure(EINVAL); // 0 s would drop what was sent
        value.l_linger = static_cast<int>(std::min(*time, most).count());
    }
    if (::setsockopt(use.number(), SOL_SOCKET, SO_LINGER, &value, sizeof(value)) != 0)
        return detail::system_failure(errno);
    return {};
}

io_result<std::optional<std::chrono::seconds>> any_socket::linger() const {
    const descriptor_use use(of_.get());
    if (!use) return detail::system_failure(EBADF);
    ::linger value{};
    socklen_t bytes = sizeof(value);
    if (::getsockopt(use.number(), SOL_SOCKET, SO_LINGER, &value, &bytes) != 0)
        return detail::system_failure(errno);
    if (value.l_onoff == 0) return std::optional<std::chrono::seconds>();
    return std::optional(std::chrono::seconds(value.l_linger));
}

} // namespace spargio::net
