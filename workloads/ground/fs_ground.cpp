#include "workloads/ground/fs_ground.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::string_view prefix = "spargio-bench-";
constexpr std::size_t direct_alignment = 4096;

/// Not std::filesystem's, whose error for a place that is not there does not name it.
std::filesystem::path temporary_place() {
    const char* const named = std::getenv("TMPDIR");
    return named != nullptr && *named != 0 ? named : "/tmp";
}

/// Folders whose process is gone: it was killed.
void remove_leftovers(const std::filesystem::path& where) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(where, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix)) continue;
        pid_t owner = 0;
        std::from_chars(name.data() + prefix.size(), name.data() + name.size(), owner);
        if (owner <= 0 || ::kill(owner, 0) == 0 || errno != ESRCH) continue;
        std::filesystem::remove_all(entry.path(), ignored);
    }
}

} // namespace

void fail_call(const char* call, int error) { throw std::system_error(error, std::system_category(), call); }

void expect_transferred(const char* call, std::uint64_t got, std::uint64_t wanted) {
    if (got == wanted) return;
    throw std::runtime_error(std::string(call) + " gave " + std::to_string(got) + " bytes instead of " +
                             std::to_string(wanted));
}

scratch_folder::scratch_folder() {
    const auto where = temporary_place();
    remove_leftovers(where);
    std::string name = (where / (std::string(prefix) + std::to_string(::getpid()) + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::system_category(),
                                "could not make a directory in " + where.string() +
                                    " for the files of the workload (TMPDIR names another place)");
    path_ = name;
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void scratch_folder::expect_empty() const {
    for (const auto& left : std::filesystem::directory_iterator(path_))
        throw std::runtime_error("the storm left " + left.path().string());
}

data_file::data_file(const file_shape& shape) : shape_(shape), path_(folder_.path() / "data") {
    fill();
    const int access = shape_.writes ? O_RDWR : O_RDONLY;
    descriptor_ = ::open(path_.c_str(), access | O_CLOEXEC | (shape_.direct ? O_DIRECT : 0));
    if (descriptor_ < 0) fail_call("open the file of the workload", errno);
    if (!shape_.writes) return;
    void* const at = ::mmap(nullptr, shape_.file_bytes(), PROT_READ, MAP_SHARED | MAP_POPULATE, descriptor_, 0);
    if (at == MAP_FAILED) {
        const int error = errno;
        ::close(descriptor_);
        fail_call("map the file of the workload", error);
    }
    mapped_ = {static_cast<const std::byte*>(at), shape_.file_bytes()};
}

data_file::~data_file() {
    if (!mapped_.empty()) ::munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
    ::close(descriptor_);
}

/// By write(2), and so into the page cache; and to the disk, so that no slice pays for it.
void data_file::fill() const {
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) fail_call("make the file of the workload", errno);
    std::vector<std::uint64_t> words(1 << 17);
    int error = 0;
    for (std::uint64_t done = 0; done < shape_.file_bytes() && error == 0;) {
        const std::uint64_t first = done / sizeof(std::uint64_t);
        for (std::size_t i = 0; i < words.size(); ++i) words[i] = file_word(first + i);
        const std::size_t now =
            std::min<std::uint64_t>(words.size() * sizeof(std::uint64_t), shape_.file_bytes() - done);
        const ssize_t count = ::write(file, words.data(), now / 512 * 512);
        if (count < 0) error = errno;
        done += static_cast<std::uint64_t>(std::max<ssize_t>(count, 0)) / 8 * 8;
    }
    if (error == 0 && ::fdatasync(file) != 0) error = errno;
    ::close(file);
    if (error != 0) fail_call("fill the file of the workload", error);
}

int data_file::duplicate() const {
    const int copy = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) fail_call("duplicate the descriptor of the workload's file", errno);
    return copy;
}

std::uint64_t data_file::sum_of_marks() const {
    std::uint64_t sum = 0;
    for (std::uint64_t block = 0; block < shape_.blocks; ++block)
        sum += mark_of(mapped_.subspan(block * shape_.bytes, shape_.bytes));
    return sum;
}

std::expected<std::unique_ptr<data_file>, refusal> open_data_file(const file_shape& shape) {
    try {
        return std::make_unique<data_file>(shape);
    } catch (const std::system_error& error) {
        if (!shape.direct || error.code() != std::errc::invalid_argument)
            return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
        return std::unexpected(refusal{refusal::kind_type::unavailable,
                                       "direct=on needs O_DIRECT, which the file system of " +
                                           temporary_place().string() +
                                           " does not have (a tmpfs?); let TMPDIR name a directory on a disk"});
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }
}

storm_names::storm_names(const std::filesystem::path& folder, std::uint64_t number)
    : made(folder.native() + '/' + std::to_string(number)), renamed(made + ".renamed") {}

block_buffers::block_buffers(std::size_t count, std::size_t bytes)
    : bytes_(bytes), memory_(new (std::align_val_t{direct_alignment}) std::byte[count * bytes]()) {}

void block_buffers::release::operator()(std::byte* memory) const noexcept {
    ::operator delete[](memory, std::align_val_t{direct_alignment});
}

} // namespace bench
