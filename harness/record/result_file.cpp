#include "harness/record/result_file.hpp"

#include "harness/common/line_pipe.hpp"
#include "harness/record/json/result.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace bench {
namespace {

bool write_synced(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return false;
    const bool written = write_line(file, text) && (::fsync(file) == 0 || errno == EINVAL);
    const int error = errno;
    ::close(file);
    errno = error;
    return written;
}

void sync_directory(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return;
    ::fsync(directory);
    ::close(directory);
}

} // namespace

std::expected<void, problem> write_whole(const std::string& path, const std::string& text) {
    const std::string aside = path + ".partial";
    if (!write_synced(aside, text) || std::rename(aside.c_str(), path.c_str()) != 0) {
        problem found{problem_code::cannot_write, "",
                      fmt::format("cannot write {}: {}", path, std::strerror(errno))};
        ::unlink(aside.c_str());
        return std::unexpected(std::move(found));
    }
    sync_directory(path);
    return {};
}

std::expected<void, problem> write_result(const std::string& path, const result_record& result) {
    return write_whole(path, to_json(result).dump(1, ' ', false, json::error_handler_t::replace));
}

} // namespace bench
