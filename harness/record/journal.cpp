#include "harness/record/journal.hpp"

#include "harness/common/line_pipe.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

constexpr const char* journal_suffix = ".journal.jsonl";

bool holds_lines(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0;
}

} // namespace

std::string journal::path_for(const std::string& output) { return output + journal_suffix; }

std::expected<std::unique_ptr<journal>, std::string> journal::create(const std::string& path,
                                                                     const json& header) {
    if (holds_lines(path))
        return std::unexpected(fmt::format("{} is the journal of a run that did not finish; go on with it by "
                                           "--resume {}, or delete it",
                                           path, path));
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return std::unexpected(
            fmt::format("cannot write {}: {}; choose another place with -o", path, std::strerror(errno)));
    std::unique_ptr<journal> made(new journal(path, file));
    made->append(header);
    return made;
}

std::expected<std::unique_ptr<journal>, std::string> journal::reopen(const std::string& path,
                                                                     std::uint64_t whole_bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(whole_bytes)) != 0) {
        const int error = errno;
        if (file >= 0) ::close(file);
        return std::unexpected(fmt::format("cannot go on with {}: {}", path, std::strerror(error)));
    }
    return std::unique_ptr<journal>(new journal(path, file));
}

journal::~journal() { ::close(file_); }

void journal::append(const json& event) {
    if (problem_) return;
    if (!write_line(file_, one_line(event)))
        problem_ = fmt::format("cannot write {}: {}", path_, std::strerror(errno));
}

void journal::sync() {
    if (!problem_) ::fdatasync(file_);
}

void journal::remove() { ::unlink(path_.c_str()); }

std::expected<journal_content, std::string> read_journal(const std::string& path) {
    journal_content content;
    content.path = path.ends_with(journal_suffix) ? path : journal::path_for(path);
    std::ifstream file(content.path, std::ios::binary);
    if (!file) {
        const bool finished = std::filesystem::exists(path);
        return std::unexpected(fmt::format("there is nothing to resume: {} does not exist{}", content.path,
                                           finished
                                               ? fmt::format("; the run of {} is complete", path)
                                               : "; give the result file or the journal of an unfinished run"));
    }
    std::ostringstream all;
    all << file.rdbuf();
    const std::string text = all.str();
    for (std::size_t from = 0; from < text.size();) {
        const auto end = text.find('\n', from);
        if (end == std::string::npos) break;
        json line = json::parse(text.begin() + static_cast<std::ptrdiff_t>(from),
                                text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        if (line.is_discarded())
            return std::unexpected(
                fmt::format("{}: byte {} begins a line that is not JSON; this journal can't be "
                            "resumed, measure again",
                            content.path, from));
        if (from == 0)
            content.header = std::move(line);
        else
            content.events.push_back(std::move(line));
        content.whole_bytes = from = end + 1;
    }
    if (!content.header.is_object() || content.header.value("journal", 0) != 1)
        return std::unexpected(fmt::format("{} is not a journal of this program", content.path));
    return content;
}

} // namespace bench
