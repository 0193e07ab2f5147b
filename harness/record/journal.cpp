#include "harness/record/journal.hpp"

#include "harness/common/line_pipe.hpp"
#include "harness/record/json/event.hpp"
#include "harness/record/json/reader.hpp"
#include "harness/record/json/run.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace bench {
namespace {

constexpr const char* journal_suffix = ".journal.jsonl";

bool holds_lines(int file) {
    struct stat found {};
    return ::fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0;
}

json to_json(const journal_header& header) {
    return {{"journal", 1},
            {"sweep", header.sweep},
            {"output", header.output},
            {"tool", to_json(header.tool)},
            {"run", to_json(header.run)},
            {"environment", to_json(header.environment)},
            {"files", object_of(header.files)},
            {"plan", header.plan}};
}

journal_header header_from_json(const json& written) {
    return {.sweep = written.value("sweep", false),
            .output = written.at("output").get<std::string>(),
            .tool = tool_from_json(written.at("tool")),
            .run = run_from_json(written.at("run")),
            .environment = environment_from_json(written.at("environment")),
            .files = named_texts_from_json(written.value("files", json::object())),
            .plan = written.at("plan")};
}

/// All that stands in it. Through the descriptor that has the lock: closing another one would end the lock.
std::expected<std::string, int> whole_text(int file) {
    std::string text;
    std::array<char, 65536> piece;
    for (;;) {
        const ssize_t got = ::pread(file, piece.data(), piece.size(), static_cast<off_t>(text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno);
        if (got == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
}

std::unexpected<problem> cannot_go_on(const std::string& path, const std::string& reason) {
    return refused(problem_code::not_resumable, "", fmt::format("cannot go on with {}: {}", path, reason));
}

/// Opens the journal of `path`, which may be the name of its result file.
std::expected<journal_content, problem> open_journal(const std::string& path) {
    const auto own = path.ends_with(journal_suffix) ? path : journal::path_for(path);
    auto opened = locked_file::open(own, O_RDWR | O_APPEND);
    if (opened) return journal_content{.path = own, .file = std::move(*opened)};
    const auto& failure = opened.error();
    if (failure.is_held)
        return refused(problem_code::not_resumable, "",
                       fmt::format("there is nothing to resume: {} is measuring into {} at this moment",
                                   failure.words(), journal::output_of(own)),
                       "wait for it to end");
    if (failure.error != ENOENT) return cannot_go_on(own, failure.words());
    std::error_code error;
    return refused(
        problem_code::not_resumable, "", fmt::format("there is nothing to resume: {} does not exist", own),
        std::filesystem::exists(path, error) ? fmt::format("the run of {} is complete", path)
                                             : "give the result file or the journal of an unfinished run");
}

} // namespace

std::string journal::path_for(const std::string& output) { return output + journal_suffix; }

std::string journal::output_of(const std::string& path) {
    return path.substr(0, path.size() - std::string_view(journal_suffix).size());
}

std::expected<std::unique_ptr<journal>, problem> journal::create(const std::string& path,
                                                                 const journal_header& header) {
    auto opened = locked_file::open(path, O_RDWR | O_CREAT | O_APPEND);
    if (!opened && opened.error().is_held)
        return refused(
            problem_code::cannot_begin, "",
            fmt::format("{} is measuring into {} at this moment", opened.error().words(), output_of(path)),
            "wait for it to end, or choose another file with -o");
    if (!opened)
        return refused(problem_code::cannot_begin, "",
                       fmt::format("cannot write {}: {}", path, opened.error().words()),
                       "choose another place with -o");
    if (holds_lines(opened->descriptor()))
        return refused(problem_code::cannot_begin, "", path + " is the journal of a run that did not finish",
                       fmt::format("go on with it by --resume {}, or delete it", path));
    std::unique_ptr<journal> made(new journal(path, std::move(*opened)));
    made->append_line(to_json(header));
    return made;
}

std::expected<std::unique_ptr<journal>, problem> journal::reopen(journal_content& content) {
    if (::ftruncate(content.file.descriptor(), static_cast<off_t>(content.whole_bytes)) != 0)
        return cannot_go_on(content.path, std::strerror(errno));
    return std::unique_ptr<journal>(new journal(content.path, std::move(content.file)));
}

void journal::append(const run_event& event) { append_line(to_json(event)); }

void journal::append_line(const json& line) {
    if (failure_) return;
    if (!write_line(file_.descriptor(), one_line(line)))
        failure_ = problem{problem_code::cannot_write, "",
                           fmt::format("cannot write {}: {}", path_, std::strerror(errno))};
}

void journal::sync() {
    if (!failure_) ::fdatasync(file_.descriptor());
}

void journal::remove() { ::unlink(path_.c_str()); }

std::expected<journal_content, problem> read_journal(const std::string& path) {
    auto opened = open_journal(path);
    if (!opened) return opened;
    auto& content = *opened;
    const auto read = whole_text(content.file.descriptor());
    if (!read) return cannot_go_on(content.path, std::strerror(read.error()));
    const std::string& text = *read;
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
    return opened;
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
