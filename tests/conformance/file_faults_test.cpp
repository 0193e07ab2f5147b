// W7: a file that ends early, a directory that is gone, a disk that is full: each backend reports it, and the
// session closes.
#include "tests/conformance/cases.hpp"

#include "workloads/ground/fs_ground.hpp"
#include "workloads/measure/recorder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace bench;
using namespace conformance;

/// A temporary directory in which the sessions' files are found.
class own_ground {
public:
    own_ground() {
        std::string name = (std::filesystem::temp_directory_path() / "spargio-faults-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
        ::setenv("TMPDIR", path_.c_str(), 1);
    }
    own_ground(const own_ground&) = delete;
    own_ground& operator=(const own_ground&) = delete;
    ~own_ground() {
        ::unsetenv("TMPDIR");
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    /// The folder of the one session that is open.
    [[nodiscard]] std::filesystem::path session_folder() const {
        return std::filesystem::directory_iterator(path_)->path();
    }
    [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path_); }

private:
    std::filesystem::path path_;
};

class every_file_backend : public testing::TestWithParam<combination> {
protected:
    /// What a slice says; empty when it went well.
    static std::string complaint_of(session& tried) {
        recorder latencies(4);
        const auto& [runtime, asked, values, knobs] = GetParam();
        const slice_order order{.iterations = 2, .seed = 7};
        try {
            return verify(*asked, values, order, tried.run(order, latencies)).value_or("");
        } catch (const std::exception& error) {
            return error.what();
        }
    }
};

TEST_P(every_file_backend, W7_reports_what_it_could_not_do_and_closes) {
    const own_ground ground;
    auto [session, refused] = open(GetParam());
    if (!session) GTEST_SKIP() << refused.reason;
    EXPECT_EQ(complaint_of(*session), "");
    const bool storm = GetParam().asked->name == "fs/metadata_storm";
    const bool writes = GetParam().asked->name == "fs/write_depth";
    if (writes) {
        // A disk that is full: the limit is the process's, so a child meets it, and closes its session there.
        session.reset();
        // In a process that begins anew: Go's runtime does not live on in the child of a fork.
        GTEST_FLAG_SET(death_test_style, "threadsafe");
        const auto body = [] {
            ::signal(SIGXFSZ, SIG_IGN);
            auto [limited, why] = open(GetParam());
            const rlimit limit{8192, 8192};
            if (!limited || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) std::_Exit(10);
            const bool said = !complaint_of(*limited).empty();
            limited.reset();
            std::_Exit(said ? 0 : 11);
        };
        EXPECT_EXIT(body(), testing::ExitedWithCode(0), "");
    } else if (storm) {
        std::filesystem::remove_all(ground.session_folder());
        EXPECT_NE(complaint_of(*session), "") << "the directory was gone";
    } else {
        std::filesystem::resize_file(ground.session_folder() / "data", 0);
        EXPECT_NE(complaint_of(*session), "") << "the file was empty";
    }
    session.reset();
    EXPECT_TRUE(writes || ground.empty()) << "a session leaves no files behind";
}

TEST_P(every_file_backend, W7_a_place_that_is_not_there_is_a_refusal_that_names_it) {
    if (const auto lack = GetParam().runtime->lack()) GTEST_SKIP() << *lack;
    ::setenv("TMPDIR", "/no/such/place", 1);
    const auto [session, refused] = open(GetParam());
    ::unsetenv("TMPDIR");
    EXPECT_EQ(session, nullptr);
    if (refused.kind == refusal::kind_type::unsupported) return;
    EXPECT_EQ(refused.kind, refusal::kind_type::failed);
    EXPECT_NE(refused.reason.find("/no/such/place"), std::string::npos) << refused.reason;
}

std::vector<combination> file_combinations() {
    auto all = plain_combinations();
    std::erase_if(all, [](const combination& each) { return !each.asked->name.starts_with("fs/"); });
    return all;
}

INSTANTIATE_TEST_SUITE_P(conformance, every_file_backend, testing::ValuesIn(file_combinations()),
                         [](const auto& info) { return name_of(info.param); });

TEST(fs_ground, P23_what_a_killed_process_left_is_removed_by_the_next) {
    const own_ground ground;
    // Its number is no process's: the kernel gives none above 2^22 (proc(5), pid_max).
    const auto left = std::filesystem::temp_directory_path() / "spargio-bench-99999999-abcdef";
    std::filesystem::create_directory(left);
    const auto kept =
        std::filesystem::temp_directory_path() / ("spargio-bench-" + std::to_string(::getppid()) + "-abcdef");
    std::filesystem::create_directory(kept);
    { const scratch_folder mine; }
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_TRUE(std::filesystem::exists(kept));
}

} // namespace
