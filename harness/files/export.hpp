// Result files in the forms that other tools read (M21).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/record/result_record.hpp"

#include <expected>
#include <string>

namespace bench {

struct export_request {
    std::string path;    ///< result file
    std::string format;  ///< one of gbench, csv, hgrm
    std::string case_id; ///< empty: every case; hgrm wants one
    std::string output;  ///< empty: standard output
};

/// Google Benchmark's JSON, which its own compare.py and the CI actions made for it read: a repetition is a
/// block, its time the median over the slices of the time of one operation, in ns; dropped blocks are left out,
/// as they are from every judgement. Of a valid result.
[[nodiscard]] std::string exported_google_benchmark(const result_record& result, const std::string& case_id);

/// A row for each slice, RFC 4180, times in ns as in the result; empty where nothing was counted.
[[nodiscard]] std::string exported_csv(const result_record& result, const std::string& case_id);

/// HdrHistogram's percentile text of one case, values in ns. Error: the case has no latencies, or is not there.
[[nodiscard]] std::expected<std::string, problem> exported_hgrm(const result_record& result,
                                                                const std::string& case_id);

/// `spargio-bench export FILE --format F`. Writes a file whole or not at all. Returns the exit code.
[[nodiscard]] int run_export(const export_request& asked);

} // namespace bench
