#include "tests/harness/program_runner.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

extern char** environ;

namespace bench {

test_folder::test_folder() {
    auto name = (std::filesystem::temp_directory_path() / "spargio-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
}

test_folder::~test_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

running_program::running_program(const std::vector<std::string>& arguments, const test_folder& in,
                                 const std::string& program)
    : out_path_(in.file("stdout.txt")), error_path_(in.file("stderr.txt")) {
    std::vector<std::string> texts{program};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, in.path().c_str());
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, out_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_addopen(&actions, 2, error_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int error = ::posix_spawn(&process_, program.c_str(), &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start the program");
}

running_program::~running_program() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

void running_program::send(int signal) const { ::kill(process_, signal); }

program_result running_program::wait() {
    int status = 0;
    wait_until([&] { return ::waitpid(process_, &status, WNOHANG) == process_; }, "the program to end");
    process_ = -1;
    return {.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
            .out = text_of(out_path_),
            .errors = text_of(error_path_)};
}

std::vector<pid_t> running_program::children() const {
    const auto id = std::to_string(process_);
    std::ifstream file("/proc/" + id + "/task/" + id + "/children");
    std::vector<pid_t> all;
    for (pid_t child = 0; file >> child;) all.push_back(child);
    return all;
}

program_result run_program_in(const test_folder& in, const std::vector<std::string>& arguments) {
    return running_program(arguments, in).wait();
}

program_result run_shell_in(const test_folder& in, const std::string& script) {
    return running_program({"-c", "BENCH=" TEST_PROGRAM "\n" + script}, in, "/bin/sh").wait();
}

std::vector<std::string> short_run(const std::vector<std::string>& more) {
    std::vector<std::string> all{"run", "--blocks",     "2", "--slices",   "2",   "--slice-ms", "1", "--seed",
                                 "7",   "--quiet-wait", "0", "--progress", "none"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

void wait_until(const std::function<bool()>& condition, const std::string& event) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("waited a minute for " + event);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

json json_of(const std::string& path) { return json::parse(text_of(path)); }

json case_of(const json& document, const std::string& arm) {
    for (const auto& one : document.at("cases"))
        if (one.at("arm") == arm) return one;
    throw std::runtime_error("no case of arm " + arm);
}

} // namespace bench
