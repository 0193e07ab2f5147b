// Every event of a run, one JSON line each, flushed at once: what a killed run leaves behind (M3, P20).
#pragma once

#include "harness/common/problem.hpp"
#include "harness/record/environment_record.hpp"
#include "harness/record/run_event.hpp"
#include "harness/record/run_record.hpp"

#include <exception>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// The first line: all that `--resume` has to know before the events.
struct journal_header {
    bool sweep = false;
    std::string output = {}; ///< path of the result file
    tool_record tool;
    run_record run; ///< as far as it is known at the start
    environment_record environment;
    json plan; ///< as plan_to_json made it
};

class journal {
public:
    /// Name of the journal that belongs to a result file.
    static std::string path_for(const std::string& output);

    /// Makes a new one with `header` as its first line. Error: path, cause and remedy; also when a journal of
    /// an unfinished run is in the way.
    static std::expected<std::unique_ptr<journal>, problem> create(const std::string& path,
                                                                   const journal_header& header);

    /// Opens one to append to it, behind its last whole line.
    static std::expected<std::unique_ptr<journal>, problem> reopen(const std::string& path,
                                                                   std::uint64_t whole_bytes);

    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    ~journal();

    /// Hands one line to the kernel. After the first failure it does nothing more; the run goes on in memory.
    void append(const run_event& event);

    /// Waits until all lines are on the disk.
    void sync();

    /// Why it could not be written; empty while all is well.
    [[nodiscard]] const std::optional<problem>& failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Deletes the file.
    void remove();

private:
    journal(std::string path, int file) : path_(std::move(path)), file_(file) {}
    void append_line(const json& line);

    std::string path_;
    int file_;
    std::optional<problem> failure_;
};

/// What stands in a journal.
struct journal_content {
    std::string path;
    journal_header header;
    std::vector<json> lines;       ///< behind the header
    std::uint64_t whole_bytes = 0; ///< up to the end of the last whole line: a torn one is measured again

    /// The lines as events. Throws json::exception or std::out_of_range for what no run of this build writes.
    [[nodiscard]] std::vector<run_event> events() const;
};

/// Reads the journal of `path`, which names either itself or its result file.
[[nodiscard]] std::expected<journal_content, problem> read_journal(const std::string& path);

/// What is said of a journal whose lines are JSON, but not what a run writes.
[[nodiscard]] problem damaged_journal(const std::string& path, const std::exception& error);

} // namespace bench
