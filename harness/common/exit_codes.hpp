// What the program's exit code says. The same table stands in the help and in harness/README.md.
#pragma once

namespace bench {

enum exit_code : int {
    exit_ok = 0,
    exit_usage = 2,   ///< wrong flag, matrix, filter: nothing was measured
    exit_invalid = 4, ///< a case is missing, crashed, wrong, timed out; a file is not valid or not written
    exit_interrupted = 130, ///< Ctrl-C; what was measured is in the file
};

} // namespace bench
