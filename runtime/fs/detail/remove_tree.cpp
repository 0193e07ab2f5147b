#include <spargio/fs/detail/remove_tree.hpp>

#include <spargio/core/file_descriptor.hpp>
#include <spargio/fs/detail/system_result.hpp>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spargio::fs::detail {
namespace {

// Never through a link, whatever has taken the name since it was listed.
constexpr int opening_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// A directory on the way from the root of the tree to where the walk is.
struct level {
    explicit level(std::string called, file_descriptor descriptor) noexcept
        : name(std::move(called)), opened(std::move(descriptor)) {}

    std::string name;         ///< in the directory above
    file_descriptor opened;   ///< none while the walk is far below
    struct ::stat known {};   ///< then: what it is known by on the way back
    std::string directories;  ///< in it, still to be removed: each with a NUL behind it
    unsigned passes = 0;      ///< how often it was read
    bool removed_any = false; ///< since it was last read from its beginning
    bool failed = false;      ///< something in it stays
};

bool same_file(const struct ::stat& one, const struct ::stat& other) noexcept {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

class tree_removal {
public:
    explicit tree_removal(file_descriptor above) noexcept : above_(std::move(above)) {}

    /// `name` is that of a directory in `above`.
    io_result<void> remove(std::string name) {
        if (const int error = begin(std::move(name)); error != 0) return system_failure(error);
        while (!way_.empty()) {
            if (auto below = next_directory())
                descend(std::move(*below));
            else
                ascend();
        }
        if (first_error_ != 0) return system_failure(first_error_);
        return {};
    }

private:
    static constexpr std::size_t most_open = 8;
    static constexpr std::size_t buffer_bytes = std::size_t{32} << 10;
    // More than one where the file system passes over names when others are removed, or somebody adds some.
    static constexpr unsigned most_passes = 16;

    level& here() noexcept { return way_.back(); }
    int number_above() const noexcept {
        return way_.size() > 1 ? way_[way_.size() - 2].opened.get() : above_.get();
    }

    /// Something in here() stays, unless somebody else has removed it.
    void failed(int error) noexcept {
        if (error == ENOENT) return;
        if (first_error_ == 0) first_error_ = error;
        if (!way_.empty()) here().failed = true;
    }

    int begin(std::string name) {
        file_descriptor root(::openat(above_.get(), name.c_str(), opening_flags));
        if (!root) {
            const int error = errno == ELOOP ? ENOTDIR : errno;
            const bool may_be_empty = error != ENOTDIR && error != ENOENT;
            return may_be_empty && ::unlinkat(above_.get(), name.c_str(), AT_REMOVEDIR) == 0 ? 0 : error;
        }
        // The root of the file system may have another name, where it is mounted once more.
        struct ::stat named {
        }, whole{};
        if (::fstat(root.get(), &named) != 0 || ::stat("/", &whole) != 0) return errno;
        if (same_file(named, whole)) return EBUSY;
        way_.emplace_back(std::move(name), std::move(root));
        read_through();
        return 0;
    }

    std::optional<std::string> next_directory() {
        auto& names = here().directories;
        if (names.empty()) return std::nullopt;
        names.pop_back(); // the NUL
        const auto before = names.rfind('\0');
        const auto begins = before == std::string::npos ? 0 : before + 1;
        auto name = names.substr(begins);
        names.resize(begins);
        return name;
    }

    void descend(std::string name) {
        file_descriptor below(::openat(here().opened.get(), name.c_str(), opening_flags));
        if (!below) {
            const int error = errno;
            if (error == ENOTDIR || error == ELOOP) return remove_other(name.c_str()); // it was a directory
            // One that may not be read may be empty.
            if (::unlinkat(here().opened.get(), name.c_str(), AT_REMOVEDIR) != 0) return failed(error);
            here().removed_any = true;
            return;
        }
        way_.emplace_back(std::move(name), std::move(below));
        close_one_far_above();
        read_through();
    }

    void close_one_far_above() noexcept {
        if (way_.size() <= most_open) return;
        auto& far = way_[way_.size() - 1 - most_open];
        if (!far.opened) return;
        ::fstat(far.opened.get(), &far.known);
        far.opened.reset();
    }

    /// Removes what is no directory, and notes the directories.
    void read_through() {
        here().removed_any = false;
        ++here().passes;
        for (;;) {
            const ssize_t bytes = ::getdents64(here().opened.get(), buffer_.get(), buffer_bytes);
            if (bytes < 0) failed(errno);
            if (bytes <= 0) return;
            for (ssize_t at = 0; at < bytes;) {
                const auto* const entry = reinterpret_cast<const dirent64*>(buffer_.get() + at);
                at += entry->d_reclen;
                const std::string_view name = entry->d_name;
                if (name == "." || name == "..") continue;
                if (entry->d_type == DT_DIR)
                    note_directory(name);
                else
                    remove_other(entry->d_name);
            }
        }
    }

    void note_directory(std::string_view name) { here().directories.append(name).push_back('\0'); }

    void remove_other(const char* name) {
        if (::unlinkat(here().opened.get(), name, 0) == 0)
            here().removed_any = true;
        else if (errno == EISDIR) // where the file system does not list types, or it has become one
            note_directory(name);
        else
            failed(errno);
    }

    /// All in here() has been tried.
    void ascend() {
        if (!open_above()) return way_.clear();
        const bool clean = !here().failed;
        const int error =
            clean && ::unlinkat(number_above(), here().name.c_str(), AT_REMOVEDIR) != 0 ? errno : 0;
        const bool more = error == ENOTEMPTY || error == EEXIST;
        if (more && here().removed_any && here().passes < most_passes &&
            ::lseek(here().opened.get(), 0, SEEK_SET) == 0)
            return read_through();
        way_.pop_back();
        if (error != 0) return failed(error);
        if (way_.empty()) return;
        if (clean)
            here().removed_any = true;
        else
            here().failed = true;
    }

    /// False when the way back is lost: the directory lies in another one now.
    bool open_above() noexcept {
        if (number_above() >= 0) return true;
        auto& above = way_[way_.size() - 2];
        file_descriptor found(::openat(here().opened.get(), "..", opening_flags));
        struct ::stat seen {};
        if (!found || ::fstat(found.get(), &seen) != 0) {
            failed(errno == ENOENT ? ESTALE : errno);
            return false;
        }
        if (!same_file(seen, above.known)) {
            failed(ESTALE);
            return false;
        }
        above.opened = std::move(found);
        return true;
    }

    file_descriptor above_;
    std::vector<level> way_;
    std::unique_ptr<std::byte[]> buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
    int first_error_ = 0;
};

} // namespace

io_result<void> remove_tree(const std::filesystem::path& root) {
    // The kernel follows a link that has a slash behind it, even when it is told not to.
    std::string_view path = root.native();
    if (path.empty()) return system_failure(ENOENT);
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return system_failure(EBUSY);
    const auto slash = path.rfind('/');
    const std::string name(slash == path.npos ? path : path.substr(slash + 1));
    if (name == "." || name == "..") return system_failure(EINVAL); // as rmdir(2) would, when all is gone
    const std::string directory(slash == path.npos ? "." : path.substr(0, slash + 1));
    file_descriptor above(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!above) return system_failure(errno);
    return tree_removal(std::move(above)).remove(name);
}

} // namespace spargio::fs::detail
