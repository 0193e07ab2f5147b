// What is done to the names of random trees, held against what the system's programs and calls do to their
// twins.
#include <spargio/spargio.hpp>

#include "tests/runtime/fs/random_tree.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/system_program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace spargio {
namespace {

using path = std::filesystem::path;
using std::filesystem::file_type;

/// All names in a tree, from its root on.
std::vector<path> names_in(const path& root) {
    std::vector<path> names{root};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) names.push_back(entry.path());
    return names;
}

mode_t type_bits(file_type type) {
    switch (type) {
    case file_type::directory:
        return S_IFDIR;
    case file_type::symlink:
        return S_IFLNK;
    case file_type::fifo:
        return S_IFIFO;
    case file_type::regular:
        return S_IFREG;
    default:
        return 0;
    }
}

std::string moment(const fs::file_time& at) {
    char text[64];
    std::snprintf(text, sizeof text, "%lld.%09lld",
                  static_cast<long long>(at.second().time_since_epoch().count()),
                  static_cast<long long>(at.fraction().count()));
    return text;
}

/// As `stat --printf '%f %s %b %h %u %g %i %.Y %.Z'` says it.
std::string said(const fs::file_metadata& known) {
    char text[256];
    std::snprintf(text, sizeof text, "%x %llu %llu %u %u %u %llu %s %s\n",
                  type_bits(known.type) | static_cast<mode_t>(known.permissions),
                  static_cast<unsigned long long>(known.size),
                  static_cast<unsigned long long>(known.allocated_bytes / 512), known.links, known.user,
                  known.group, static_cast<unsigned long long>(known.inode), moment(known.modified).c_str(),
                  moment(known.changed).c_str());
    return text;
}

task<std::string> ask_about(const std::vector<path>& names, bool follows) {
    std::string all;
    for (const path& name : names) {
        auto asked = follows ? fs::metadata(name) : fs::symlink_metadata(name);
        auto known = co_await std::move(asked);
        if (known) all += said(*known);
    }
    co_return all;
}

TEST(R41, metadata_of_random_trees_is_what_stat_says) {
    const std::uint64_t seed = seed_of_this_run();
    std::printf("seed %llu (SPARGIO_SEED)\n", static_cast<unsigned long long>(seed));
    for (std::uint64_t round = 0; round < 6; ++round) {
        const scratch_directory scratch(scratch_directory::in_memory());
        random_tree(seed + round, false).grow(scratch.path());
        const auto names = names_in(scratch.path());
        for (const bool follows : {false, true}) {
            std::vector<std::string> words{"stat", "--printf", R"(%f %s %b %h %u %g %i %.9Y %.9Z\n)"};
            if (follows) words.push_back("-L");
            words.push_back("--");
            for (const path& name : names) words.push_back(name.string());
            (void)ran(words, scratch / "said"); // links that lead nowhere are errors to both
            const auto ours = run({.shards = 1}, [&] { return ask_about(names, follows); });
            const auto theirs = scratch_directory::contents_of(scratch / "said");
            EXPECT_FALSE(theirs.empty());
            // The first is of the directory into which the answer was written.
            EXPECT_EQ(ours.substr(ours.find('\n')), theirs.substr(theirs.find('\n'))) << "round " << round;
        }
    }
}

/// `cp -a` out of path helpers.
task<> copy_tree(path from, path to) {
    const auto must = [](const auto& result) {
        if (!result) throw std::system_error(result.error());
    };
    auto known = co_await fs::symlink_metadata(from);
    must(known);
    if (known->is_symlink()) {
        auto linked = co_await fs::symlink(std::filesystem::read_symlink(from), to);
        must(linked);
    } else if (known->is_file()) {
        auto copied = co_await fs::copy(from, to);
        must(copied);
    } else if (known->is_directory()) {
        auto made = co_await fs::create_dir(to);
        must(made);
        auto reader = co_await fs::read_dir(from);
        must(reader);
        for (;;) {
            auto entry = co_await reader->next();
            must(entry);
            if (!*entry) break;
            co_await copy_tree((*entry)->path, to / (*entry)->name());
        }
        auto set = co_await fs::set_permissions(to, known->permissions);
        must(set);
    } else if (::mkfifo(to.c_str(), static_cast<mode_t>(known->permissions)) != 0) {
        throw std::system_error(errno, std::system_category());
    }
}

std::vector<std::string> contents_in(const path& root) {
    std::vector<std::string> all;
    for (const path& name : names_in(root))
        if (std::filesystem::symlink_status(name).type() == file_type::regular)
            all.push_back(name.lexically_relative(root).string() + '\0' + scratch_directory::contents_of(name));
    std::ranges::sort(all);
    return all;
}

TEST(R41, random_trees_are_copied_as_cp_copies_them) {
    const std::uint64_t seed = seed_of_this_run();
    for (std::uint64_t round = 0; round < 8; ++round) {
        const scratch_directory scratch(scratch_directory::in_memory());
        random_tree(seed + round, false).grow(scratch / "ground");
        EXPECT_TRUE(ran({"cp", "-a", "--", (scratch / "ground").string(), (scratch / "theirs").string()}));
        run({.shards = 1}, [&] { return copy_tree(scratch / "ground", scratch / "ours"); });
        EXPECT_TRUE(listing_of(scratch / "ours") == listing_of(scratch / "theirs")) << "round " << round;
        EXPECT_TRUE(contents_in(scratch / "ours") == contents_in(scratch / "theirs")) << "round " << round;
    }
}

enum class deed : std::uint8_t {
    remove_file,
    remove_dir,
    rename,
    hard_link,
    symlink,
    create,
    permit,
    ask,
    whole
};

/// What is done to one name or two.
struct step {
    deed kind;
    std::string one;
    std::string other;
};

/// 0, or the errno.
template <class T>
int error_of(const io_result<T>& result) {
    if (result) return 0;
    return result.error().category() == std::system_category() ? result.error().value() : -1;
}

task<int> do_ours(path ground, step next) {
    const path one = ground / path(next.one), other = ground / path(next.other);
    switch (next.kind) {
    case deed::remove_file: {
        auto done = co_await fs::remove_file(one);
        co_return error_of(done);
    }
    case deed::remove_dir: {
        auto done = co_await fs::remove_dir(one);
        co_return error_of(done);
    }
    case deed::rename: {
        auto done = co_await fs::rename(one, other);
        co_return error_of(done);
    }
    case deed::hard_link: {
        auto done = co_await fs::hard_link(one, other);
        co_return error_of(done);
    }
    case deed::symlink: {
        auto done = co_await fs::symlink(next.one, other);
        co_return error_of(done);
    }
    case deed::create: {
        auto done = co_await fs::create_dir(one, 0755);
        co_return error_of(done);
    }
    case deed::permit: {
        auto done = co_await fs::set_permissions(one, std::filesystem::perms(0750));
        co_return error_of(done);
    }
    case deed::ask: {
        auto done = co_await fs::metadata(one);
        co_return error_of(done);
    }
    case deed::whole: {
        auto done = co_await fs::canonicalize(one);
        co_return error_of(done);
    }
    }
    co_return -1;
}

int do_theirs(const path& ground, const step& next) {
    const path one = ground / path(next.one), other = ground / path(next.other);
    struct ::stat known {};
    const auto call = [&] {
        switch (next.kind) {
        case deed::remove_file:
            return ::unlink(one.c_str());
        case deed::remove_dir:
            return ::rmdir(one.c_str());
        case deed::rename:
            return ::rename(one.c_str(), other.c_str());
        case deed::hard_link:
            return ::link(one.c_str(), other.c_str());
        case deed::symlink:
            return ::symlink(next.one.c_str(), other.c_str());
        case deed::create:
            return ::mkdir(one.c_str(), 0755);
        case deed::permit:
            return ::chmod(one.c_str(), 0750);
        case deed::ask:
            return ::stat(one.c_str(), &known);
        case deed::whole:
            const std::unique_ptr<char, decltype(&std::free)> found(::realpath(one.c_str(), nullptr),
                                                                    &std::free);
            return found == nullptr ? -1 : 0;
        }
        return -1;
    };
    return call() == 0 ? 0 : errno;
}

/// A name in the tree or a new one in it, with what may stand behind a name.
std::string some_name(const path& ground, std::mt19937_64& random) {
    static const std::vector<std::string> endings{"", "", "", "", "/", "//", "/.", "/..", "/new", "/./"};
    const auto names = names_in(ground / "tree");
    std::string name = names[random() % names.size()].lexically_relative(ground).string();
    if (random() % 8 == 0) name = "link" + endings[random() % endings.size()];
    return name + endings[random() % endings.size()];
}

TEST(R41, path_helpers_answer_and_leave_behind_what_the_calls_of_the_system_do) {
    const std::uint64_t seed = seed_of_this_run();
    const auto tested = start(1);
    unsigned refused = 0, done = 0;
    for (std::uint64_t round = 0; round < 12; ++round) {
        const scratch_directory scratch(scratch_directory::in_memory());
        for (const char* const twin : {"ours", "theirs"}) random_tree(seed + round, false).grow(scratch / twin);
        std::mt19937_64 random(seed + round);
        for (int i = 0; i < 120 && exists(scratch / "theirs/tree"); ++i) {
            const step next{static_cast<deed>(random() % 9), some_name(scratch / "theirs", random),
                            some_name(scratch / "theirs", random)};
            const int theirs = do_theirs(scratch / "theirs", next);
            const int ours = tested->spawn(do_ours(scratch / "ours", next), pinned{0}).get();
            EXPECT_EQ(ours, theirs) << "round " << round << ", step " << i << ": "
                                    << static_cast<int>(next.kind) << " '" << next.one << "' '" << next.other
                                    << "'";
            (theirs == 0 ? done : refused) += 1;
        }
        EXPECT_TRUE(listing_of(scratch / "ours") == listing_of(scratch / "theirs")) << "round " << round;
    }
    EXPECT_GT(done, 100U);
    EXPECT_GT(refused, 100U);
}

} // namespace
} // namespace spargio
