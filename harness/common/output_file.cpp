#include "harness/common/output_file.hpp"

#include "harness/common/interrupt.hpp"
#include "harness/common/line_pipe.hpp"
#include "harness/common/locked_file.hpp"
#include "harness/common/output.hpp"
#include "harness/common/text.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t look_again_ns = 50'000'000;

/// The number in names of descriptors of this process.
std::optional<int> named_descriptor(std::string_view path) {
    if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
    if (path == "/dev/stderr") return STDERR_FILENO;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"})
        if (path.starts_with(folder))
            if (const auto number = whole_number(path.substr(folder.size())); number && *number < 1'000'000)
                return static_cast<int>(*number);
    return std::nullopt;
}

std::unexpected<problem> cannot_write(const std::string& path, const std::string& reason) {
    return refused(problem_code::cannot_write, "", fmt::format("cannot write {}: {}", path, reason),
                   "name another place with -o, or mend that one");
}

std::expected<void, problem> write_descriptor(const std::string& path, int descriptor, std::string_view text) {
    if (descriptor == STDOUT_FILENO)
        if (auto found = finish_output()) return std::unexpected(*std::move(found)); // what was said before
    if (write_all(descriptor, text)) return {};
    return cannot_write(path == "-" ? "standard output" : path, std::strerror(errno));
}

/// Of a device or a pipe. A pipe can't be opened before it has a reader.
int open_through(const std::string& path) {
    for (;;) {
        const int opened = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (opened >= 0) {
            ::fcntl(opened, F_SETFL, ::fcntl(opened, F_GETFL) & ~O_NONBLOCK);
            return opened;
        }
        if (errno != ENXIO || !fs::is_fifo(path) || interrupt::sleep_ns(look_again_ns)) return -1;
    }
}

std::expected<void, problem> write_through(const std::string& path, std::string_view text) {
    const int opened = open_through(path);
    if (opened < 0) return cannot_write(path, std::strerror(errno));
    const bool written = write_all(opened, text);
    const int error = errno;
    ::close(opened);
    if (!written) return cannot_write(path, std::strerror(error));
    return {};
}

/// Where a chain of symbolic links ends, also when nothing is there yet.
fs::path end_of_links(fs::path path) {
    constexpr int most_links = 40; // as the kernel follows
    std::error_code error;
    for (int link = 0; link < most_links && fs::is_symlink(path, error); ++link)
        path = path.parent_path() / fs::read_symlink(path, error);
    return path;
}

void sync_folder(const fs::path& path) {
    const auto parent = path.parent_path();
    const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

/// EINVAL: what the name leads to can't be cut or synced.
bool fill(int descriptor, std::string_view text) {
    return (::ftruncate(descriptor, 0) == 0 || errno == EINVAL) && write_all(descriptor, text) &&
           (::fsync(descriptor) == 0 || errno == EINVAL);
}

std::expected<void, problem> replace(const std::string& path, std::string_view text) {
    const auto target = end_of_links(path);
    const std::string aside = target.string() + ".partial";
    auto opened = locked_file::open(aside, O_WRONLY | O_CREAT);
    if (!opened)
        return cannot_write(path, opened.error().is_held
                                      ? opened.error().words() + " is writing it at this moment"
                                      : opened.error().words());
    if (fill(opened->descriptor(), text) && std::rename(aside.c_str(), target.c_str()) == 0) {
        sync_folder(target);
        return {};
    }
    const int error = errno;
    ::unlink(aside.c_str());
    return cannot_write(path, std::strerror(error));
}

} // namespace

bool is_standard_output(const std::string& path) { return named_descriptor(path) == STDOUT_FILENO; }

bool is_written_through(const std::string& path) {
    if (named_descriptor(path)) return true;
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

std::expected<void, problem> write_file(const std::string& path, std::string_view text) {
    if (const auto descriptor = named_descriptor(path)) return write_descriptor(path, *descriptor, text);
    return is_written_through(path) ? write_through(path, text) : replace(path, text);
}

} // namespace bench
