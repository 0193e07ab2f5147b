// The files of the fs workloads hold what the right answers say, and a wrong byte is noticed (W4).
#include "workloads/cases/all_workloads.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/ground/fs_ground.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace bench {
namespace {

parameters small(const workload& asked) {
    std::vector<assignment> given{{"workers", "1"}};
    for (const auto& spec : asked.parameters) {
        if (spec.name == "file_mib") given.emplace_back("file_mib", "1");
        if (spec.name == "reads" || spec.name == "writes") given.emplace_back(std::string(spec.name), "50");
    }
    return parameters::make(asked.parameters, given).value();
}

slice_outcome read_by_hand(const data_file& data, const slice_order& order) {
    const file_shape& shape = data.shape();
    const block_buffers buffers(1, shape.bytes);
    slice_outcome done{.operations = order.iterations * shape.count};
    for (std::uint64_t k = 0; k < done.operations; ++k) {
        const auto at = static_cast<off_t>(shape.read_offset(order.seed + k));
        const ssize_t got = ::pread(data.descriptor(), buffers[0].data(), shape.bytes, at);
        done.bytes += static_cast<std::uint64_t>(got);
        done.checksum += block_sum(buffers[0]);
    }
    return done;
}

TEST(fs_ground, W20_W21_the_file_holds_what_the_checksum_expects_and_a_wrong_word_is_noticed) {
    const slice_order order{.iterations = 2, .seed = 99};
    for (const char* const name : {"fs/read_rtt", "fs/read_depth"}) {
        const workload& asked = *find_workload(name);
        const auto values = small(asked);
        const data_file data(std::get<file_shape>(asked.read(values)));
        const auto right = read_by_hand(data, order);
        EXPECT_EQ(verify(asked, values, order, right), std::nullopt);
        const std::uint64_t offset = data.shape().read_offset(order.seed);
        const int file = ::open(data.path().c_str(), O_WRONLY);
        const std::uint64_t other = ~file_word(offset / 8);
        ASSERT_EQ(::pwrite(file, &other, sizeof other, static_cast<off_t>(offset)), 8);
        ::close(file);
        EXPECT_NE(verify(asked, values, order, read_by_hand(data, order)), std::nullopt);
    }
}

TEST(fs_ground, W22_the_marks_in_the_file_are_the_writes_of_the_iteration) {
    const workload& asked = *find_workload("fs/write_depth");
    const auto values = small(asked);
    const data_file data(std::get<file_shape>(asked.read(values)));
    const file_shape& shape = data.shape();
    const block_buffers buffers(1, shape.bytes);
    const auto write = [&](std::uint64_t k, std::uint64_t seed, std::size_t bytes) {
        mark_block(buffers[0], seed + k);
        const auto at = static_cast<off_t>(shape.write_offset(k));
        return ::pwrite(data.descriptor(), buffers[0].data(), bytes, at) == static_cast<ssize_t>(bytes);
    };
    const auto expected = [&](std::uint64_t seed) {
        return asked.expect(values, {.iterations = 1, .seed = seed});
    };
    for (std::uint64_t k = 0; k < shape.count; ++k) ASSERT_TRUE(write(k, 5, shape.bytes));
    EXPECT_EQ(data.sum_of_marks(), expected(5).checksum);
    for (std::uint64_t k = 0; k + 1 < shape.count; ++k) ASSERT_TRUE(write(k, 6, shape.bytes));
    EXPECT_NE(data.sum_of_marks(), expected(6).checksum) << "one write is missing";
    ASSERT_TRUE(write(shape.count - 1, 6, shape.bytes / 2));
    EXPECT_NE(data.sum_of_marks(), expected(6).checksum) << "one write is short";
    ASSERT_TRUE(write(shape.count - 1, 6, shape.bytes));
    EXPECT_EQ(data.sum_of_marks(), expected(6).checksum);
}

TEST(fs_ground, W23_a_storm_that_leaves_a_file_is_noticed) {
    const scratch_folder folder;
    EXPECT_NO_THROW(folder.expect_empty());
    const storm_names names(folder.path(), 3);
    EXPECT_NE(names.made, names.renamed);
    std::filesystem::create_directory(names.made);
    EXPECT_THROW(folder.expect_empty(), std::runtime_error);
}

} // namespace
} // namespace bench
