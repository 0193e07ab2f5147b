// Which reactor this build of Asio waits with, as Asio itself sees it: this folder is compiled once with epoll
// (the backend asio, W53) and once with io_uring (asio_uring, W54; backends/asio_uring/ says how the two are
// kept apart).
#pragma once

#include <string_view>

#include <boost/asio/detail/config.hpp>

namespace bench::on_asio {

#if defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)
inline constexpr std::string_view backend_name = "asio_uring";
inline constexpr std::string_view reactor = "io_uring";
#elif defined(BOOST_ASIO_HAS_EPOLL)
inline constexpr std::string_view backend_name = "asio";
inline constexpr std::string_view reactor = "epoll";
#else
#error "Asio waits with neither epoll nor io_uring"
#endif

} // namespace bench::on_asio
