// Every event of a run, one JSON line each, flushed at once: what a killed run leaves behind (M3, P20).
#pragma once

#include "harness/common/json.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

class journal {
public:
    /// Name of the journal that belongs to a result file.
    static std::string path_for(const std::string& output);

    /// Makes a new one with `header` as its first line. Error: path, cause and remedy; also when a journal of
    /// an unfinished run is in the way.
    static std::expected<std::unique_ptr<journal>, std::string> create(const std::string& path,
                                                                       const json& header);

    /// Opens one to append to it, behind its last whole line.
    static std::expected<std::unique_ptr<journal>, std::string> reopen(const std::string& path,
                                                                       std::uint64_t whole_bytes);

    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    ~journal();

    /// Hands one line to the kernel. After the first failure it does nothing more; the run goes on in memory.
    void append(const json& event);

    /// Waits until all lines are on the disk.
    void sync();

    /// Why it could not be written; empty while all is well.
    [[nodiscard]] const std::optional<std::string>& problem() const noexcept { return problem_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Deletes the file.
    void remove();

private:
    journal(std::string path, int file) : path_(std::move(path)), file_(file) {}

    std::string path_;
    int file_;
    std::optional<std::string> problem_;
};

/// What stands in a journal.
struct journal_content {
    std::string path;
    json header;
    std::vector<json> events;
    std::uint64_t whole_bytes = 0; ///< up to the end of the last whole line: a torn one is measured again
};

/// Reads the journal of `path`, which names either itself or its result file.
[[nodiscard]] std::expected<journal_content, std::string> read_journal(const std::string& path);

} // namespace bench
