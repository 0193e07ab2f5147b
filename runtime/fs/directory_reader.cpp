#include <spargio/fs/detail/system_result.hpp>
#include <spargio/fs/directories.hpp>
#include <spargio/ops/operation_in_pool.hpp>

#include <cerrno>
#include <cstddef>
#include <deque>
#include <string_view>
#include <utility>

#include <dirent.h>

namespace spargio::fs {
namespace {

std::filesystem::file_type type_of(unsigned char said) noexcept {
    using enum std::filesystem::file_type;
    switch (said) {
    case DT_REG:
        return regular;
    case DT_DIR:
        return directory;
    case DT_LNK:
        return symlink;
    case DT_BLK:
        return block;
    case DT_CHR:
        return character;
    case DT_FIFO:
        return fifo;
    case DT_SOCK:
        return socket;
    default:
        return unknown;
    }
}

constexpr std::size_t entries_a_visit = 256;

} // namespace

/// By the pool's function while one runs, else by the task.
class directory_reader::listing {
public:
    listing(std::filesystem::path path, DIR* opened) noexcept : path_(std::move(path)), opened_(opened) {}
    listing(const listing&) = delete;
    listing& operator=(const listing&) = delete;
    ~listing() { ::closedir(opened_); }

    /// Blocks. Nothing is left afterwards only at the end.
    io_result<void> read_on() {
        while (ahead.size() < entries_a_visit) {
            errno = 0;
            const dirent* const found = ::readdir(opened_);
            if (found == nullptr) {
                if (errno == 0 || !ahead.empty()) return {}; // an error comes again, when it is its turn
                return detail::system_failure(errno);
            }
            const std::string_view name = found->d_name;
            if (name == "." || name == "..") continue;
            ahead.push_back(directory_entry{path_ / name, type_of(found->d_type), found->d_ino});
        }
        return {};
    }

    std::deque<directory_entry> ahead;

private:
    std::filesystem::path path_;
    DIR* opened_;
};

task<io_result<std::optional<directory_entry>>> directory_reader::next() {
    if (from_->ahead.empty()) {
        auto by_hand = [from = from_] { return from->read_on(); };
        auto read = co_await in_blocking_pool(std::move(by_hand));
        if (!read) co_return std::unexpected(read.error());
    }
    std::optional<directory_entry> entry;
    if (!from_->ahead.empty()) {
        entry.emplace(std::move(from_->ahead.front()));
        from_->ahead.pop_front();
    }
    co_return entry;
}

task<io_result<directory_reader>> read_dir(std::filesystem::path path) {
    if (!detail::is_whole(path)) co_return detail::system_failure(EINVAL);
    auto by_hand = [path = std::move(path)]() mutable -> io_result<directory_reader> {
        DIR* const opened = ::opendir(path.c_str());
        if (opened == nullptr) return detail::system_failure(errno);
        return directory_reader(std::make_shared<directory_reader::listing>(std::move(path), opened));
    };
    auto answer = co_await in_blocking_pool(std::move(by_hand));
    co_return answer;
}

} // namespace spargio::fs
