// A terminal whose other side is the test's.
#pragma once

#include <spargio/core/file_descriptor.hpp>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace spargio {

/// Gives lines to whoever reads it, and shows nothing.
class pseudo_terminal {
public:
    pseudo_terminal() : theirs_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        if (!theirs_ || ::grantpt(theirs_.get()) != 0 || ::unlockpt(theirs_.get()) != 0) fail();
        ours_.reset(::open(::ptsname(theirs_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
        termios mode{};
        if (!ours_ || ::tcgetattr(ours_.get(), &mode) != 0) fail();
        mode.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (::tcsetattr(ours_.get(), TCSANOW, &mode) != 0) fail();
    }

    /// What a program has as its terminal.
    [[nodiscard]] int ours() const noexcept { return ours_.get(); }
    void type(std::string_view text) const {
        if (::write(theirs_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail();
    }

private:
    [[noreturn]] static void fail() { throw std::system_error(errno, std::system_category(), "terminal"); }

    file_descriptor theirs_;
    file_descriptor ours_;
};

} // namespace spargio
