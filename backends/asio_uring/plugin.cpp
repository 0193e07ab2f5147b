// The sources of backends/asio/ compiled with Asio's io_uring reactor, as a shared library (W54).
#include "backends/asio/asio_backend.hpp"

#include "workloads/plugin/export_backend.hpp"

extern "C" [[gnu::visibility("default")]] const bench_backend* bench_plugin(std::uint32_t host_abi_version) {
    return bench::export_backend(bench::asio_backend(), host_abi_version);
}
