// Directories with all that names, links and permissions can be, from a seed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

/// Grows "tree", with links to "outside" beside it and "link" that points there, the same for the same seed.
class random_tree {
public:
    /// `forbids`: some directories may not be read, entered or written.
    random_tree(std::uint64_t seed, bool forbids) : random_(seed), forbids_(forbids) {}

    void grow(const std::filesystem::path& ground) {
        ground_ = ground;
        create_directories(ground / "outside/below/deep");
        for (const char* const name : {"outside/one", "outside/below/two", "outside/below/deep/three"})
            std::ofstream(ground / name) << "kept";
        create_directory_symlink("outside", ground / "link");
        create_directory(ground / "tree");
        fill(ground / "tree", 0);
        // Deeper than what the walk keeps open, with something to do on the way back.
        auto deep = ground / "tree/deep";
        for (std::uint64_t left = up_to(40); left != 0; --left) {
            create_directories(deep);
            if (up_to(3) == 0) fill(deep, most_levels);
            deep /= "d" + std::to_string(left);
        }
        // At the end, when all is in them; those below first.
        std::sort(shut_.begin(), shut_.end(), [](const auto& a, const auto& b) { return b < a; });
        for (const auto& [directory, mode] : shut_) ::chmod(directory.c_str(), mode);
    }

private:
    static constexpr unsigned most_levels = 4;

    std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }

    std::string name() {
        static const std::vector<std::string> odd{"-rf",  "*",        "...",  " ", "\n",
                                                  "a\nb", "\xff\xfe", "\xc3", "~", "\\"};
        if (up_to(3) == 0) return odd[up_to(odd.size() - 1)];
        const std::size_t length = up_to(4) == 0 ? 255 : 1 + up_to(30);
        std::string bytes(length, '\0');
        for (char& byte : bytes) do
                byte = static_cast<char>(1 + up_to(254));
            while (byte == '/');
        return bytes == "." || bytes == ".." ? "dots" : bytes;
    }

    void fill(const std::filesystem::path& directory, unsigned level) {
        for (std::uint64_t left = up_to(5); left != 0; --left) {
            const auto entry = directory / name();
            struct ::stat there {};
            if (entry.native().size() > 3000 || ::lstat(entry.c_str(), &there) == 0) continue;
            make(entry, level);
        }
        static constexpr mode_t modes[] = {0000, 0100, 0300, 0400, 0500, 0600};
        if (forbids_ && up_to(5) == 0) shut_.emplace_back(directory, modes[up_to(5)]);
    }

    void make(const std::filesystem::path& entry, unsigned level) {
        switch (up_to(7)) {
        case 0:
            create_symlink(ground_ / "outside", entry);
            break;
        case 1:
            create_symlink(ground_ / "outside/below/", entry);
            break;
        case 2:
            create_symlink(up_to(1) == 0 ? ".." : "nowhere", entry);
            break;
        case 3:
            if (::mkfifo(entry.c_str(), 0600) != 0) return;
            break;
        case 4:
        case 5:
            std::ofstream(entry) << "goes";
            break;
        default:
            create_directory(entry);
            if (level < most_levels) fill(entry, level + 1);
        }
    }

    std::mt19937_64 random_;
    bool forbids_;
    std::filesystem::path ground_;
    std::vector<std::pair<std::filesystem::path, mode_t>> shut_;
};

/// Every name below `root`, what kind it is, and where a link points to.
inline std::set<std::string> listing_of(const std::filesystem::path& root) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        std::string line = entry.path().lexically_relative(root).string();
        line += '\0';
        line += std::to_string(static_cast<int>(entry.symlink_status().type()));
        if (!entry.is_symlink())
            line += ' ' + std::to_string(static_cast<unsigned>(entry.symlink_status().permissions()));
        names.insert(std::move(line));
    }
    return names;
}
