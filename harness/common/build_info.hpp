// What this build is: stands in every result file. Filled in by CMake.
#pragma once

namespace bench {

extern const char* const tool_version;
extern const char* const compiler;
extern const char* const compiler_flags;
extern const char* const build_type;
extern const char* const result_schema_text; ///< results/schema/result-v1.schema.json, for `validate`

/// The commit, or "unknown" outside a git checkout; written anew at every build.
extern const char* const git_revision;
extern const bool git_dirty;

} // namespace bench
