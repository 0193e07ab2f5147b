// Starts the real program and reads what it says.
#pragma once

#include "harness/common/json.hpp"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bench {

struct program_result {
    int exit_code = -1; ///< 128 + signal where it was killed
    std::string out;
    std::string errors;
};

/// A folder of its own for one test, deleted at the end.
class test_folder {
public:
    test_folder();
    test_folder(const test_folder&) = delete;
    test_folder& operator=(const test_folder&) = delete;
    ~test_folder();

    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// A running program; killed at the latest when this is destroyed.
class running_program {
public:
    running_program(const std::vector<std::string>& arguments, const test_folder& in,
                    const std::string& program = TEST_PROGRAM);
    running_program(const running_program&) = delete;
    running_program& operator=(const running_program&) = delete;
    ~running_program();

    [[nodiscard]] pid_t process() const noexcept { return process_; }
    void send(int signal) const;
    /// Waits for the end; kills it and fails the test after a minute.
    program_result wait();
    /// Its child processes now.
    [[nodiscard]] std::vector<pid_t> children() const;

private:
    pid_t process_ = -1;
    std::string out_path_, error_path_;
};

/// Starts the program in `in` and waits for its end.
program_result run_program_in(const test_folder& in, const std::vector<std::string>& arguments);

/// Runs a script of sh(1) in `in`, in which $BENCH is the program, and waits for its end.
program_result run_shell_in(const test_folder& in, const std::string& script);

/// Flags of a run that is as short as it can be and doesn't wait for a quiet machine.
[[nodiscard]] std::vector<std::string> short_run(const std::vector<std::string>& more);

/// Polls until the condition holds; fails the test after a minute.
void wait_until(const std::function<bool()>& condition, const std::string& event);

[[nodiscard]] std::string text_of(const std::string& path);
[[nodiscard]] json json_of(const std::string& path);
/// The case of that arm.
[[nodiscard]] json case_of(const json& document, const std::string& arm);

} // namespace bench
