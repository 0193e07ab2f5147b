// Whatever `validate` accepts, every command takes (P22): results made at random from the schema, and the known
// hard ones.
#include "tests/harness/files/random_result.hpp"

#include "harness/common/build_info.hpp"
#include "harness/files/export.hpp"
#include "harness/files/merge.hpp"
#include "harness/files/validate.hpp"
#include "harness/record/json/result.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace bench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const json& schema() {
    static const json only = json::parse(result_schema_text);
    return only;
}

class taken_results : public testing::Test {
protected:
    taken_results() { std::filesystem::create_directories(folder_); }
    ~taken_results() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) const {
        const auto path = (folder_ / name).string();
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    std::string place(const std::string& name) const { return (folder_ / name).string(); }

private:
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("spargio-taken-" + std::to_string(::getpid()));
};

/// Each reader of a result, but for merge.
void take(const result_record& result) {
    EXPECT_THAT(result_problems(to_json(result)), IsEmpty());
    EXPECT_THAT(exported_csv(result, ""), HasSubstr("block,number"));
    EXPECT_TRUE(json::accept(exported_google_benchmark(result, "")));
    for (const auto& each : result.cases) {
        const auto made = exported_hgrm(result, each.id);
        EXPECT_THAT(made ? *made : made.error().message(),
                    Not(testing::AnyOf(HasSubstr("nan"), HasSubstr("inf"))));
    }
}

TEST_F(taken_results, P22_what_is_valid_is_read_exported_and_merged) {
    std::size_t valid = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const auto document = random_result(schema(), seed).make();
        const auto problems = result_problems(document);
        const auto path = write("a.json", document.dump());
        const auto read = read_result(path);
        ASSERT_EQ(read.has_value(), problems.empty())
            << seed << ": " << (read ? problems.front() : read.error().message());
        if (!read) continue;
        ++valid;
        take(*read);
        auto other = document;
        other["run"]["id"] = "another";
        const auto beside = write("b.json", other.dump());
        std::filesystem::remove(place("c.json"));
        if (run_merge({.paths = {path, beside}, .output = place("c.json")}) == 0) {
            EXPECT_TRUE(read_result(place("c.json"))) << seed;
        }
        if (HasFailure()) FAIL() << "seed " << seed << ": " << document.dump();
    }
    EXPECT_GT(valid, 200u); // else the names do not fit any more, and nothing is tried
}

TEST_F(taken_results, P22_a_latency_whose_buckets_say_something_else_than_its_count_is_exported) {
    result_record result;
    result.cases.emplace_back().id = "a|b";
    for (const std::vector<latency_bucket>& buckets : {std::vector<latency_bucket>{},
                                                       {{1, 0}},
                                                       {{1, 5}, {2, 5}},
                                                       {{1, 1'000'000'000'000'000}, {2, 1}},
                                                       {{1, UINT64_MAX}, {2, UINT64_MAX}}}) {
        latency_record latency;
        latency.summary.count = 3;
        latency.buckets = buckets;
        result.cases[0].latency = latency;
        const auto made = exported_hgrm(result, "a|b");
        EXPECT_THAT(made ? *made : made.error().message(),
                    Not(testing::AnyOf(HasSubstr("nan"), HasSubstr("inf"))));
    }
}

TEST_F(taken_results, P22_a_latency_of_no_operation_is_refused_with_its_place) {
    auto document = random_result(schema(), 1).make();
    document["cases"][0]["latency"] = {
        {"count", 0},  {"min_ns", 0},       {"max_ns", 0},        {"p50_ns", 0},
        {"p90_ns", 0}, {"p99_ns", nullptr}, {"p999_ns", nullptr}, {"buckets", json::array()}};
    EXPECT_THAT(read_result(write("a.json", document.dump())).error().message(),
                HasSubstr("/cases/0/latency/count: is 0, least is 1"));
}

TEST_F(taken_results, M20_a_file_of_a_newer_minor_version_is_read_with_what_it_has_more) {
    auto document = random_result(schema(), 3).make();
    // Merge, which alone writes a result again, takes no sweeps and no merged files.
    document["run"].erase("sweep");
    for (const char* key : {"parts", "machines"}) document.erase(key);
    document["more"] = {{"at", "the top"}};
    document["run"]["more"] = 1;
    EXPECT_THAT(read_result(write("a.json", document.dump())).error().message(),
                HasSubstr("has a key \"more\""));
    document["schema_version"] = "1.9";
    const auto read = read_result(write("a.json", document.dump()));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(json::diff(to_json(*read), document), json::array());
    take(*read);
    document["schema_version"] = "1.99999999999999999999";
    EXPECT_TRUE(read_result(write("a.json", document.dump())));
    document["schema_version"] = "2.0";
    EXPECT_THAT(read_result(write("a.json", document.dump())).error().message(),
                HasSubstr("this build reads schema 1.x"));
}

TEST_F(taken_results, P22_what_nests_too_deep_is_refused_and_a_byte_order_mark_is_not) {
    const auto document = random_result(schema(), 3).make();
    EXPECT_TRUE(read_result(write("a.json", "\xEF\xBB\xBF" + document.dump())));
    auto deep = document;
    deep["run"]["more"] = "HERE";
    auto text = deep.dump();
    text.replace(text.find("\"HERE\""), 6, std::string(100'000, '[') + std::string(100'000, ']'));
    EXPECT_THAT(read_result(write("a.json", text)).error().message(), HasSubstr("stand in each other"));
    deep["run"]["more"] = std::string(1000, '['); // in a text they are none
    EXPECT_TRUE(read_result(write("a.json", deep.dump())));
}

} // namespace
} // namespace bench
