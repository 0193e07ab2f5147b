# Run as a script by revision.cmake. Rewrites the file only when the answer has changed.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE revision
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE} status --porcelain OUTPUT_VARIABLE changes ERROR_QUIET)
if(NOT revision)
    set(revision "unknown")
endif()
set(dirty false)
if(changes)
    set(dirty true)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
"namespace bench {
extern const char* const git_revision = \"@revision@\";
extern const bool git_dirty = @dirty@;
} // namespace bench
" @ONLY)
