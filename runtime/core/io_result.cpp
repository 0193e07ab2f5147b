#include <spargio/core/io_result.hpp>

#include <string>

namespace spargio {
namespace {

class category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "spargio"; }

    [[nodiscard]] std::string message(int code) const override {
        return std::string(to_string(static_cast<errc>(code)));
    }

    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<errc>(code)) {
        case errc::canceled:
        case errc::closed:
            return std::errc::operation_canceled;
        case errc::timed_out:
            return std::errc::timed_out;
        case errc::would_block:
            return std::errc::operation_would_block;
        case errc::no_resources:
            return std::errc::not_enough_memory;
        case errc::not_supported:
            return std::errc::function_not_supported;
        case errc::not_permitted:
            return std::errc::operation_not_permitted;
        case errc::does_not_fit:
            return std::errc::value_too_large;
        case errc::overloaded:
        case errc::invalid_options:
        case errc::ended_early:
            break;
        }
        return std::error_condition(code, *this);
    }
};

} // namespace

const std::error_category& runtime_category() noexcept {
    static const category only;
    return only;
}

} // namespace spargio
