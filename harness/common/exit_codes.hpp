// What the program's exit code says. The same table stands in the help and in harness/README.md.
#pragma once

namespace bench {

enum exit_code : int {
    exit_ok = 0,
    exit_usage = 2, ///< wrong flag, matrix, filter, plugin, limit or output: nothing was measured
    /// A case is missing, crashed, wrong, timed out; a file is not valid; a file or what was to be printed is
    /// not written; a defect of this program, which says so.
    exit_invalid = 4,
    exit_interrupted = 130, ///< by a signal; what was measured is in the file
};

} // namespace bench
