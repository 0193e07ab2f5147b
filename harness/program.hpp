// The whole program, as main and the tests call it.
#pragma once

namespace bench {

[[nodiscard]] int run_program(int count, const char* const* arguments);

} // namespace bench
