#include "harness/record/journal.hpp"

#include "harness/common/line_pipe.hpp"
#include "harness/record/json/event.hpp"
#include "harness/record/json/run.hpp"

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

json to_json(const journal_header& header) {
    return {{"journal", 1},
            {"sweep", header.sweep},
            {"output", header.output},
            {"tool", to_json(header.tool)},
            {"run", to_json(header.run)},
            {"environment", to_json(header.environment)},
            {"plan", header.plan}};
}

journal_header header_from_json(const json& written) {
    return {.sweep = written.value("sweep", false),
            .output = written.at("output").get<std::string>(),
            .tool = tool_from_json(written.at("tool")),
            .run = run_from_json(written.at("run")),
            .environment = environment_from_json(written.at("environment")),
            .plan = written.at("plan")};
}

} // namespace

std::string journal::path_for(const std::string& output) { return output + journal_suffix; }

std::expected<std::unique_ptr<journal>, problem> journal::create(const std::string& path,
                                                                 const journal_header& header) {
    if (holds_lines(path))
        return refused(problem_code::cannot_begin, "", path + " is the journal of a run that did not finish",
                       fmt::format("go on with it by --resume {}, or delete it", path));
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return refused(problem_code::cannot_begin, "",
                       fmt::format("cannot write {}: {}", path, std::strerror(errno)),
                       "choose another place with -o");
    std::unique_ptr<journal> made(new journal(path, file));
    made->append_line(to_json(header));
    return made;
}

std::expected<std::unique_ptr<journal>, problem> journal::reopen(const std::string& path,
                                                                 std::uint64_t whole_bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(whole_bytes)) != 0) {
        const int error = errno;
        if (file >= 0) ::close(file);
        return refused(problem_code::not_resumable, "",
                       fmt::format("cannot go on with {}: {}", path, std::strerror(error)));
    }
    return std::unique_ptr<journal>(new journal(path, file));
}

journal::~journal() { ::close(file_); }

void journal::append(const run_event& event) { append_line(to_json(event)); }

void journal::append_line(const json& line) {
    if (failure_) return;
    if (!write_line(file_, one_line(line)))
        failure_ = problem{problem_code::cannot_write, "",
                           fmt::format("cannot write {}: {}", path_, std::strerror(errno))};
}

void journal::sync() {
    if (!failure_) ::fdatasync(file_);
}

void journal::remove() { ::unlink(path_.c_str()); }

std::expected<journal_content, problem> read_journal(const std::string& path) {
    journal_content content;
    content.path = path.ends_with(journal_suffix) ? path : journal::path_for(path);
    std::ifstream file(content.path, std::ios::binary);
    if (!file) {
        const bool finished = std::filesystem::exists(path);
        return refused(problem_code::not_resumable, "",
                       fmt::format("there is nothing to resume: {} does not exist", content.path),
                       finished ? fmt::format("the run of {} is complete", path)
                                : "give the result file or the journal of an unfinished run");
    }
    std::ostringstream all;
    all << file.rdbuf();
    const std::string text = all.str();
    json header;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = text.find('\n', from);
        if (end == std::string::npos) break;
        json line = json::parse(text.begin() + static_cast<std::ptrdiff_t>(from),
                                text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        if (line.is_discarded())
            return refused(problem_code::not_resumable, content.path,
                           fmt::format("byte {} begins a line that is not JSON", from),
                           "this journal can't be resumed, measure again");
        if (from == 0)
            header = std::move(line);
        else
            content.lines.push_back(std::move(line));
        content.whole_bytes = from = end + 1;
    }
    if (!header.is_object() || header.value("journal", 0) != 1)
        return refused(problem_code::not_resumable, "", content.path + " is not a journal of this program");
    try {
        content.header = header_from_json(header);
    } catch (const std::exception& error) {
        return std::unexpected(damaged_journal(content.path, error));
    }
    return content;
}

problem damaged_journal(const std::string& path, const std::exception& error) {
    return {problem_code::not_resumable, "", fmt::format("{} is damaged ({})", path, error.what()),
            "measure again"};
}

std::vector<run_event> journal_content::events() const {
    std::vector<run_event> all;
    for (const auto& line : lines)
        if (auto event = event_from_json(line)) all.push_back(*std::move(event));
    return all;
}

} // namespace bench
