// Trees that are removed as `rm -r` removes them, and nothing besides.
#include <spargio/spargio.hpp>

#include "tests/runtime/fs/random_tree.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/system_program.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

using path = std::filesystem::path;
using std::filesystem::exists;

const std::error_code fine;

task<std::error_code> remove_tree(path root) {
    auto removed = co_await fs::remove_dir_all(std::move(root));
    co_return removed ? std::error_code{} : removed.error();
}

std::error_code removed(path root) {
    return run({.shards = 1}, [&] { return remove_tree(std::move(root)); });
}

bool rm(const path& root) { return ran({"rm", "-rf", "--", root.string()}); }

/// Does it in a child that is no superuser, for whom permissions count; true where it says so.
bool as_nobody(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        const bool is_nobody = ::geteuid() != 0 || ::setuid(nobody) == 0;
        ::_exit(is_nobody && work() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Two equal grounds, each with a tree, and beside it what the tree's links point to.
void grow_twins(const scratch_directory& in, std::uint64_t seed, bool forbids) {
    for (const char* const name : {"ours", "theirs"}) random_tree(seed, forbids).grow(in / name);
}

/// Mostly in memory; disks list their directories in another order.
path a_place_for(std::uint64_t round) {
    return round % 6 == 0 ? std::filesystem::temp_directory_path() : scratch_directory::in_memory();
}

TEST(R41, random_trees_are_removed_as_rm_removes_them) {
    const std::uint64_t seed = seed_of_this_run();
    std::printf("seed %llu (SPARGIO_SEED)\n", static_cast<unsigned long long>(seed));
    // What the tree is called: through slashes, dots and links.
    const std::vector<std::string> names{"tree",    "tree/",   "tree//",      "./tree",          "tree/.",
                                         "tree/..", "tree/./", "link/below/", "outside/../tree/"};
    for (std::uint64_t round = 0; round < 36; ++round) {
        const scratch_directory scratch(a_place_for(round));
        grow_twins(scratch, seed + round, false);
        const std::string& name = names[round % names.size()];
        const auto ours = removed(scratch / "ours" / path(name));
        const bool theirs = rm(scratch / "theirs" / path(name));
        EXPECT_EQ(!ours, theirs) << "round " << round << ", " << name << ": " << ours.message();
        EXPECT_TRUE(listing_of(scratch / "ours") == listing_of(scratch / "theirs"))
            << "round " << round << ", " << name;
    }
}

TEST(R41, what_may_not_be_removed_stays_and_the_rest_of_the_tree_goes) {
    const std::uint64_t seed = seed_of_this_run();
    std::printf("seed %llu (SPARGIO_SEED)\n", static_cast<unsigned long long>(seed));
    unsigned refused = 0;
    for (std::uint64_t round = 0; round < 24; ++round) {
        const scratch_directory scratch(a_place_for(round));
        ASSERT_EQ(::chmod(scratch.path().c_str(), 0777), 0);
        EXPECT_TRUE(as_nobody([&] {
            grow_twins(scratch, seed + round, true);
            return true;
        }));
        const bool ours = as_nobody([&] { return !removed(scratch / "ours/tree"); });
        const bool theirs = as_nobody([&] { return rm(scratch / "theirs/tree"); });
        EXPECT_EQ(ours, theirs) << "round " << round;
        refused += ours ? 0 : 1;
        EXPECT_TRUE(::geteuid() == 0 || ran({"chmod", "-R", "u+rwx", scratch.path().string()}));
        EXPECT_TRUE(listing_of(scratch / "ours") == listing_of(scratch / "theirs")) << "round " << round;
        EXPECT_TRUE(rm(scratch.path()));
    }
    EXPECT_GT(refused, 5u) << "nothing was forbidden: the test shows nothing";
}

TEST(R41, the_first_error_is_told) {
    const scratch_directory scratch;
    ASSERT_EQ(::chmod(scratch.path().c_str(), 0777), 0);
    EXPECT_TRUE(as_nobody([&] {
        create_directories(scratch / "tree/shut");
        create_directories(scratch / "tree/open");
        scratch.make_file("tree/shut/file", "");
        scratch.make_file("tree/open/file", "");
        return ::chmod((scratch / "tree/shut").c_str(), 0500) == 0 &&
               removed(scratch / "tree") == std::errc::permission_denied;
    }));
    EXPECT_TRUE(exists(scratch / "tree/shut/file"));
    EXPECT_FALSE(exists(scratch / "tree/open"));
}

TEST(R41, a_link_with_slashes_behind_it_is_followed_by_nothing_that_removes) {
    const scratch_directory scratch;
    create_directories(scratch / "keep/deep");
    scratch.make_file("keep/file", "abc");
    create_directory_symlink("keep", scratch / "l");
    for (const path& name : {path("l"), path("l/"), path("l//"), path("l") / "", path("./l///")})
        EXPECT_EQ(removed(scratch.path() / name), std::errc::not_a_directory) << name;
    // They empty what is before the dot, and then fail.
    for (const char* const name : {"l/.", "l/./", "keep/.", "keep/deep/..", "keep/deep/../", "."})
        EXPECT_EQ(removed(scratch.path() / name), std::errc::invalid_argument) << name;
    EXPECT_EQ(removed(""), std::errc::no_such_file_or_directory);
    EXPECT_EQ(removed(path(std::string("keep\0x", 6))), std::errc::invalid_argument);
    EXPECT_TRUE(exists(scratch / "keep/deep"));
    EXPECT_TRUE(exists(scratch / "keep/file"));
    EXPECT_TRUE(is_symlink(scratch / "l"));
    EXPECT_EQ(removed(scratch / "keep//"), fine);
    EXPECT_FALSE(exists(scratch / "keep"));
}

/// `levels` directories, one in the other, with a file in each.
void dig(const path& root, unsigned levels) {
    create_directory(root);
    int here = ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned level = 0; level < levels; ++level) {
        const int file = ::openat(here, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ASSERT_EQ(::mkdirat(here, "deeper", 0700), 0);
        const int below = ::openat(here, "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ASSERT_TRUE(file >= 0 && below >= 0);
        ::close(file);
        ::close(here);
        here = below;
    }
    ::close(here);
}

/// Lowers the number of descriptors that this process may have.
class few_descriptors {
public:
    explicit few_descriptors(rlim_t most) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const struct ::rlimit low { most, before_.rlim_max };
        ::setrlimit(RLIMIT_NOFILE, &low);
    }
    ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    struct ::rlimit before_ {};
};

TEST(R41, a_tree_of_any_depth_is_removed_with_few_descriptors) {
    const scratch_directory scratch(scratch_directory::in_memory());
    for (const unsigned levels : {7u, 8u, 9u, 10u, 2500u, 20'000u}) {
        dig(scratch / "deep", levels);
        const few_descriptors limit(256);
        EXPECT_EQ(removed(scratch / "deep/"), fine) << levels;
        EXPECT_FALSE(exists(scratch / "deep")) << levels;
    }
}

TEST(R41, a_directory_that_becomes_a_link_while_its_tree_is_removed_is_not_followed) {
    const scratch_directory scratch(scratch_directory::in_memory());
    create_directories(scratch / "keep/deep/er");
    for (const char* const name : {"keep/a", "keep/deep/b", "keep/deep/er/c"}) scratch.make_file(name, "abc");
    const auto kept = listing_of(scratch / "keep");
    const std::string directory = (scratch / "tree/x").string(), link = (scratch / "link").string();
    for (int round = 0; round < 80; ++round) {
        for (int i = 0; i < 8; ++i) {
            create_directories(scratch / ("tree/x/" + std::to_string(i) + "/deep/er"));
            scratch.make_file("tree/x/" + std::to_string(i) + "/file", "abc");
        }
        std::filesystem::create_directory_symlink(scratch / "keep", link);
        std::atomic<bool> over{false};
        std::thread swapper([&] {
            while (!over) ::renameat2(AT_FDCWD, directory.c_str(), AT_FDCWD, link.c_str(), RENAME_EXCHANGE);
        });
        const auto ours = removed(scratch / "tree"); // whether it finds its way depends on the swaps
        over = true;
        swapper.join();
        EXPECT_TRUE(!ours == !exists(scratch / "tree")) << ours.message();
        EXPECT_EQ(listing_of(scratch / "keep"), kept) << "round " << round;
        EXPECT_TRUE(rm(scratch / "tree") && rm(link));
    }
}

TEST(R41, a_tree_that_others_remove_meanwhile_is_removed) {
    const scratch_directory scratch(scratch_directory::in_memory());
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 300; ++i) create_directories(scratch / ("tree/" + std::to_string(i) + "/deep/er"));
        bool theirs = false;
        std::thread other([&] { theirs = rm(scratch / "tree"); });
        const auto ours = removed(scratch / "tree");
        other.join();
        EXPECT_TRUE(!ours || ours == std::errc::no_such_file_or_directory) << ours.message();
        EXPECT_TRUE(theirs);
        EXPECT_FALSE(exists(scratch / "tree"));
    }
}

TEST(R41, the_root_of_the_file_system_is_not_removed) {
    const scratch_directory scratch;
    scratch.make_file("kept", "");
    if (::geteuid() != 0) GTEST_SKIP() << "only the superuser can play another root (chroot)";
    const pid_t child = ::fork();
    if (child == 0) {
        bool refused = ::chroot(scratch.path().c_str()) == 0 && ::chdir("/") == 0;
        for (const char* const name : {"/", "//", "///"})
            refused = refused && removed(name) == std::errc::device_or_resource_busy;
        ::_exit(refused && ::access("/kept", F_OK) == 0 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(exists(scratch / "kept"));
}

} // namespace
} // namespace spargio
