// Every event of a run, one JSON line each, flushed at once: what a killed run leaves behind (M3, P20).
#pragma once

#include "harness/common/locked_file.hpp"
#include "harness/common/problem.hpp"
#include "harness/record/environment_record.hpp"
#include "harness/record/named_texts.hpp"
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
    named_texts files = {}; ///< digests of what cells are made of, by path
    json plan;              ///< as plan_to_json made it
};

/// What stands in a journal, and the journal itself, which nobody else writes while this is alive.
struct journal_content {
    std::string path;
    locked_file file;
    journal_header header = {};
    std::vector<json> lines = {};  ///< behind the header
    std::uint64_t whole_bytes = 0; ///< up to the end of the last whole line: a torn one is measured again

    /// The lines as events. Throws json::exception or std::out_of_range for what no run of this build writes.
    [[nodiscard]] std::vector<run_event> events() const;
};

class journal {
public:
    /// Name of the journal that belongs to a result file.
    static std::string path_for(const std::string& output);

    /// Name of the result file that a journal belongs to.
    static std::string output_of(const std::string& path);

    /// Makes a new one with `header` as its first line. Error: path, cause and remedy; also when a journal is
    /// in the way, of a run that is under way or of one that did not finish.
    static std::expected<std::unique_ptr<journal>, problem> create(const std::string& path,
                                                                   const journal_header& header);

    /// Appends to one that was read, behind its last whole line. Takes its file.
    static std::expected<std::unique_ptr<journal>, problem> reopen(journal_content& content);

    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

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
    journal(std::string path, locked_file file) : path_(std::move(path)), file_(std::move(file)) {}
    void append_line(const json& line);

    std::string path_;
    locked_file file_;
    std::optional<problem> failure_;
};

/// Reads the journal of `path`, which names either itself or its result file. Error: also where a run is
/// writing it at this moment.
[[nodiscard]] std::expected<journal_content, problem> read_journal(const std::string& path);

/// What is said of a journal whose lines are JSON, but not what a run writes.
[[nodiscard]] problem damaged_journal(const std::string& path, const std::exception& error);

} // namespace bench
