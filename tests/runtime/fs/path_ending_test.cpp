// What becomes of a path that ends in a slash, has nothing in it, or has a NUL in it, whoever is given it.
#include <spargio/spargio.hpp>

#include "tests/runtime/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

namespace spargio {
namespace {

using path = std::filesystem::path;
using std::filesystem::exists;

template <class T>
task<std::error_code> error_of(task<io_result<T>> work) {
    auto result = co_await std::move(work);
    co_return result ? std::error_code{} : result.error();
}

template <class T>
std::error_code done(task<io_result<T>> work) {
    return run({.shards = 1}, [&] { return error_of(std::move(work)); });
}

/// Every function that takes a path, with `tested` as each of its paths.
struct helper {
    std::string name;
    std::function<std::error_code(path tested)> call;
};

std::vector<helper> helpers(const scratch_directory& scratch) {
    const path file = scratch / "file", other = scratch / "other";
    return {
        {"create_dir", [](path p) { return done(fs::create_dir(std::move(p))); }},
        {"create_dir_all", [](path p) { return done(fs::create_dir_all(std::move(p))); }},
        {"remove_dir", [](path p) { return done(fs::remove_dir(std::move(p))); }},
        {"remove_dir_all", [](path p) { return done(fs::remove_dir_all(std::move(p))); }},
        {"read_dir", [](path p) { return done(fs::read_dir(std::move(p))); }},
        {"remove_file", [](path p) { return done(fs::remove_file(std::move(p))); }},
        {"rename from", [=](path p) { return done(fs::rename(std::move(p), other)); }},
        {"rename to", [=](path p) { return done(fs::rename(file, std::move(p))); }},
        {"hard_link of", [=](path p) { return done(fs::hard_link(std::move(p), other)); }},
        {"hard_link at", [=](path p) { return done(fs::hard_link(file, std::move(p))); }},
        {"symlink to", [=](path p) { return done(fs::symlink(std::move(p), other)); }},
        {"symlink at", [=](path p) { return done(fs::symlink(file, std::move(p))); }},
        {"metadata", [](path p) { return done(fs::metadata(std::move(p))); }},
        {"symlink_metadata", [](path p) { return done(fs::symlink_metadata(std::move(p))); }},
        {"set_permissions",
         [](path p) { return done(fs::set_permissions(std::move(p), std::filesystem::perms::owner_all)); }},
        {"canonicalize", [](path p) { return done(fs::canonicalize(std::move(p))); }},
        {"read", [](path p) { return done(fs::read(std::move(p))); }},
        {"read_to_string", [](path p) { return done(fs::read_to_string(std::move(p))); }},
        {"write", [](path p) { return done(fs::write(std::move(p), "abc")); }},
        {"copy from", [=](path p) { return done(fs::copy(std::move(p), other)); }},
        {"copy to", [=](path p) { return done(fs::copy(file, std::move(p))); }},
        {"file::open", [](path p) { return done(fs::file::open(std::move(p))); }},
        {"file::create", [](path p) { return done(fs::file::create(std::move(p))); }},
        {"open_options::open", [](path p) { return done(fs::open_options().read().open(std::move(p))); }},
    };
}

TEST(R41, a_path_with_nothing_in_it_is_not_there_and_one_with_a_nul_is_invalid) {
    const scratch_directory scratch;
    scratch.make_file("file", "kept");
    // Cut at the NUL it would be that of a file which is there.
    std::string cut = (scratch / "file").string();
    cut += '\0';
    cut += "more";
    for (const auto& each : helpers(scratch)) {
        EXPECT_EQ(each.call(""), std::errc::no_such_file_or_directory) << each.name;
        EXPECT_EQ(each.call(cut), std::errc::invalid_argument) << each.name;
        EXPECT_EQ(scratch_directory::contents_of(scratch / "file"), "kept") << each.name;
        EXPECT_FALSE(exists(scratch / "other")) << each.name;
    }
}

TEST(R41, a_slash_behind_the_name_of_a_file_is_an_error_of_everybody) {
    const scratch_directory scratch;
    scratch.make_file("file", "kept");
    scratch.make_file("another", "kept");
    create_symlink("another", scratch / "link");
    for (const auto& each : helpers(scratch)) {
        if (each.name == "symlink to") continue; // it may say anything
        for (const char* const name : {"another/", "another//", "link/", "link//"})
            EXPECT_NE(each.call(scratch / name), std::error_code{}) << each.name << ' ' << name;
        EXPECT_EQ(scratch_directory::contents_of(scratch / "file"), "kept") << each.name;
        EXPECT_EQ(scratch_directory::contents_of(scratch / "another"), "kept") << each.name;
        EXPECT_TRUE(is_symlink(scratch / "link")) << each.name;
        EXPECT_FALSE(exists(scratch / "other")) << each.name;
    }
}

TEST(R41, a_slash_behind_a_link_to_a_directory_is_followed_by_none_that_removes_or_renames) {
    const scratch_directory scratch;
    std::filesystem::create_directories(scratch / "keep/deep");
    std::filesystem::create_directory(scratch / "empty");
    std::filesystem::create_directory(scratch / "moved");
    scratch.make_file("keep/file", "abc");
    create_directory_symlink("keep", scratch / "full_link");
    create_directory_symlink("empty", scratch / "link");
    const auto is_kept = [&] {
        return exists(scratch / "keep/deep") && exists(scratch / "keep/file") && exists(scratch / "empty") &&
               is_symlink(scratch / "link") && is_symlink(scratch / "full_link");
    };
    const auto not_a_directory = std::errc::not_a_directory;
    for (const char* const ending : {"", "/", "//", "///"}) {
        const std::string said(ending);
        for (const path& link : {scratch / ("link" + said), scratch / ("full_link" + said)}) {
            EXPECT_EQ(done(fs::remove_dir_all(link)), not_a_directory) << link;
            EXPECT_EQ(done(fs::remove_dir(link)), not_a_directory) << link;
            EXPECT_EQ(done(fs::rename(scratch / "moved", link)), not_a_directory) << link;
            if (said.empty()) continue;
            EXPECT_EQ(done(fs::remove_file(link)), not_a_directory) << link;
            EXPECT_EQ(done(fs::rename(link, scratch / "new")), not_a_directory) << link;
            EXPECT_TRUE(is_kept()) << link;
        }
    }
    // Behind the name of a directory itself it changes nothing.
    EXPECT_EQ(done(fs::rename(scratch / "moved//", scratch / "new//")), std::error_code{});
    EXPECT_EQ(done(fs::remove_dir(scratch / "new//")), std::error_code{});
    EXPECT_EQ(done(fs::remove_file(scratch / "keep/")), std::errc::is_a_directory);
    EXPECT_TRUE(is_kept());
}

TEST(R41, a_slash_behind_a_link_to_a_directory_means_the_directory_to_all_others) {
    const scratch_directory scratch;
    std::filesystem::create_directory(scratch / "keep");
    scratch.make_file("file", "abc");
    create_directory_symlink("keep", scratch / "link");
    create_symlink("nowhere", scratch / "dangling");
    const path link = scratch / "link/";
    EXPECT_EQ(done(fs::metadata(link)), std::error_code{});
    EXPECT_EQ(done(fs::set_permissions(link, std::filesystem::perms(0711))), std::error_code{});
    EXPECT_EQ(std::filesystem::status(scratch / "keep").permissions(), std::filesystem::perms(0711));
    EXPECT_EQ(done(fs::canonicalize(link)), std::error_code{});
    EXPECT_EQ(done(fs::read_dir(link)), std::error_code{});
    EXPECT_EQ(done(fs::create_dir(link)), std::errc::file_exists);
    EXPECT_EQ(done(fs::create_dir_all(link)), std::error_code{});
    EXPECT_EQ(done(fs::create_dir_all(scratch / "link/new//below/")), std::error_code{});
    EXPECT_TRUE(is_directory(scratch / "keep/new/below"));
    for (const char* const name : {"dangling", "dangling/", "dangling/below"}) {
        EXPECT_NE(done(fs::create_dir_all(scratch / name)), std::error_code{}) << name;
        EXPECT_FALSE(exists(scratch / "nowhere")) << name;
    }
    EXPECT_EQ(done(fs::write(scratch / "link/", "abc")), std::errc::is_a_directory);
    EXPECT_EQ(done(fs::copy(scratch / "file", link)), std::errc::is_a_directory);
    EXPECT_EQ(done(fs::copy(scratch / "file", scratch / "fresh/")), std::errc::is_a_directory);
    EXPECT_EQ(done(fs::symlink("file", scratch / "fresh/")), std::errc::no_such_file_or_directory);
    const auto through = run({.shards = 1}, [&]() -> task<bool> {
        auto known = co_await fs::symlink_metadata(link);
        co_return known && known->is_directory();
    });
    EXPECT_TRUE(through);
}

} // namespace
} // namespace spargio
