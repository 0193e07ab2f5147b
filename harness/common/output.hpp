// What the program prints. A reader who goes away, a full disk or a closed descriptor ends the words, never
// what is being measured: nothing here throws or ends the program.
#pragma once

#include "harness/common/problem.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

namespace bench {

/// Call first of all, from the main thread: opens what is closed among the descriptors 0, 1 and 2 so that no
/// file of ours gets one of them and is printed into, and makes a broken pipe and a file past its limit errors
/// with a place instead of a silent death (SIGPIPE, SIGXFSZ).
void prepare_output() noexcept;

/// On standard output: what was asked for.
void say_text(std::string_view text);
/// On standard error, at once: progress and complaints.
void note_text(std::string_view text);

template <class... Arguments>
void say(fmt::format_string<Arguments...> form, Arguments&&... arguments) {
    say_text(fmt::format(form, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void note(fmt::format_string<Arguments...> form, Arguments&&... arguments) {
    note_text(fmt::format(form, std::forward<Arguments>(arguments)...));
}

/// Hands on what is still buffered. Why standard output did not take all that was said; nothing where it did,
/// or where its reader has had enough, as `| head` has.
[[nodiscard]] std::optional<problem> finish_output();

} // namespace bench
