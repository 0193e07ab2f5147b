// net::unix_endpoint: the address of a socket of this machine (R42; unix(7)).
#pragma once

#include <spargio/core/io_result.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <expected>
#include <string_view>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>

namespace spargio::net {

/// A value of 112 bytes. Any thread.
class unix_endpoint {
public:
    /// Of no name, as a socket that was not bound has it.
    unix_endpoint() noexcept { address_.sun_family = AF_UNIX; }

    /// A path of at most 107 bytes, or, when it begins with a NUL, a name of at most 107 more in the abstract
    /// namespace, which no file stands for and which ends with its socket. EINVAL: empty, longer, or with a NUL
    /// elsewhere in a path.
    [[nodiscard]] static io_result<unix_endpoint> make(std::string_view name) noexcept {
        const bool abstract = name.starts_with('\0');
        const std::size_t most = abstract ? sizeof(sockaddr_un::sun_path) : sizeof(sockaddr_un::sun_path) - 1;
        if (name.empty() || name.size() > most || (!abstract && name.find('\0') != std::string_view::npos))
            return std::unexpected(std::error_code(EINVAL, std::system_category()));
        unix_endpoint made;
        std::ranges::copy(name, made.address_.sun_path);
        made.bytes_ = static_cast<socklen_t>(name_at + name.size() + (abstract ? 0 : 1));
        return made;
    }

    /// The path, or the abstract name with its NUL; empty for none.
    [[nodiscard]] std::string_view name() const noexcept {
        std::string_view all(address_.sun_path, bytes_ - name_at);
        if (!all.starts_with('\0')) all = all.substr(0, all.find('\0'));
        return all;
    }

    /// As system calls want it. Valid as long as the endpoint is.
    [[nodiscard]] const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&address_); }
    [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&address_); }
    [[nodiscard]] socklen_t size() const noexcept { return bytes_; }
    /// For a caller that lets a system call fill data(): how much fits, and how much came.
    [[nodiscard]] static constexpr socklen_t capacity() noexcept { return sizeof(sockaddr_un); }
    void resize(socklen_t bytes) noexcept {
        bytes_ = std::clamp<socklen_t>(bytes, name_at, sizeof(sockaddr_un));
    }

    friend bool operator==(const unix_endpoint& a, const unix_endpoint& b) noexcept {
        return a.name() == b.name();
    }

private:
    static constexpr socklen_t name_at = offsetof(sockaddr_un, sun_path);

    sockaddr_un address_{};
    socklen_t bytes_ = name_at;
};

} // namespace spargio::net
