#include "workloads/cases/files.hpp"

#include "workloads/cases/scenario.hpp"

namespace bench {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

const parameter_spec some_workers{"workers", 2, 1, 1024, "", "threads of the runtime"};
const parameter_spec block_bytes{"bytes", 4096, 512, 1 << 20, "bytes", "size of one read or write"};
const parameter_spec file_size{"file_mib", 16,    1,
                               65'536,     "MiB", "size of the file, which is in the page cache"};

parameter_spec depth_of(std::int64_t initial) {
    return {"depth", initial, 1, 4096, "", "most that are under way at a time, over all workers"};
}

expectation expect_reads(const parameters& values, const slice_order& order) {
    const auto shape = file_shape::read(values);
    const std::uint64_t count = order.iterations * shape.count;
    const std::uint64_t words = shape.bytes / sizeof(std::uint64_t);
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t first = shape.read_offset(order.seed + k) / sizeof(std::uint64_t);
        sum += file_word(first) + std::rotl(file_word(first + words / 2), 7) +
               std::rotl(file_word(first + words - 1), 13);
    }
    return {.operations = count, .checksum = sum, .bytes = count * shape.bytes, .distinct_threads = 0};
}

expectation expect_writes(const parameters& values, const slice_order& order) {
    const auto shape = file_shape::read(values);
    const std::uint64_t count = order.iterations * shape.count;
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) sum += mix(order.seed + k);
    return {.operations = count, .checksum = sum, .bytes = count * shape.bytes, .distinct_threads = 0};
}

expectation expect_storm(const parameters& values, const slice_order& order) {
    const auto shape = storm_shape::read(values);
    const std::uint64_t count = order.iterations * shape.files;
    expectation right{.operations = count};
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::size_t bytes = storm_shape::bytes_of(order.seed + k);
        right.checksum += storm_shape::sum_of(order.seed + k, bytes);
        right.bytes += bytes;
    }
    return right;
}

} // namespace

file_shape file_shape::read(const parameters& values) {
    const auto value = [&](std::string_view name) { return static_cast<std::uint64_t>(values[name]); };
    const bool writes = values.value_or("writes", 0) != 0;
    const std::uint64_t bytes = value("bytes") / 512 * 512;
    file_shape shape{.count = value(writes ? "writes" : "reads"),
                     .bytes = bytes,
                     .depth = static_cast<std::uint64_t>(values.value_or("depth", 1)),
                     .blocks = 0,
                     .workers = value("workers"),
                     .writes = writes,
                     .direct = values.value_or("direct", 0) != 0};
    shape.blocks = writes ? shape.count : value("file_mib") * mebibyte / bytes;
    return shape;
}

storm_shape storm_shape::read(const parameters& values) {
    return {.files = static_cast<std::uint64_t>(values["files"]),
            .depth = static_cast<std::uint64_t>(values["depth"]),
            .workers = static_cast<std::size_t>(values["workers"])};
}

std::vector<workload> fs_workloads() {
    return {
        {.name = "fs/read_rtt",
         .summary = "read one block after the other from a file in the page cache",
         .operation = "read",
         .judge = judged_by::wall_time,
         .measures_latency = true,
         .parameters =
             {{"reads", 256, 1, 1'000'000, "", "reads in one iteration"}, block_bytes, file_size, some_workers},
         .read = read_by<file_shape::read>,
         .expect = expect_reads},
        {.name = "fs/read_depth",
         .summary = "read blocks of a file, many at a time",
         .operation = "read",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"reads", 4096, 1, 1'000'000, "", "reads in one iteration"},
                        depth_of(32),
                        {"direct", 0, 0, 1, "", "past the page cache (O_DIRECT)", {{"off", 0}, {"on", 1}}},
                        block_bytes,
                        file_size,
                        some_workers},
         .read = read_by<file_shape::read>,
         .expect = expect_reads},
        {.name = "fs/write_depth",
         .summary = "write the blocks of a file, many at a time, then wait for the disk",
         .operation = "write",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"writes", 1024, 1, 1'000'000, "", "writes in one iteration"},
                        depth_of(32),
                        block_bytes,
                        some_workers},
         .read = read_by<file_shape::read>,
         .expect = expect_writes},
        {.name = "fs/metadata_storm",
         .summary = "make, write, rename, ask for the size, and remove small files",
         .operation = "file",
         .judge = judged_by::wall_time,
         .measures_latency = false,
         .parameters = {{"files", 256, 1, 1'000'000, "", "files in one iteration"}, depth_of(32), some_workers},
         .read = read_by<storm_shape::read>,
         .expect = expect_storm},
    };
}

} // namespace bench
