// The files that cells are made of: plugins, the echo peer, the base build. Replaced in mid-run, they would be
// measured as one program with what was there before.
#pragma once

#include "harness/plan/plan.hpp"
#include "harness/record/named_texts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Digests by path of all files that the arms of the plan are made of, this program apart: that one is kept by
/// the kernel while it runs. Reads them all.
[[nodiscard]] named_texts digest_files(const plan& planned);

/// Of the shared library that the backend's cells load; none where there is no such file.
[[nodiscard]] std::optional<std::string> library_digest(const named_texts& digests, const backend& asked);

class measured_files {
public:
    /// What they were when the run began.
    explicit measured_files(const named_texts& begun);

    /// Which file of that arm is another one now, as a sentence. Nothing where all are the same. Reads a file
    /// only where its size, its times or its place on the disk have changed.
    [[nodiscard]] std::optional<std::string> replaced(const group& measured, const arm& shown,
                                                      const run_options& options);

private:
    struct known_file {
        std::string digest;               ///< at the beginning
        std::vector<std::int64_t> traits; ///< when it was last read
        std::string digest_now;
    };

    std::map<std::string, known_file> files_;
};

} // namespace bench
