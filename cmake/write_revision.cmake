# Run as a script by revision.cmake. Rewrites the file only when the answer has changed.
cmake_minimum_required(VERSION 3.25)

# What git says of the sources. It looks upwards from them, so an archive that was unpacked inside another repository
# would be given that one's commit: only a repository whose root is SOURCE is asked. In a hook of git, variables name the
# repository of the hook. A checkout of another user, as in a container, is asked as well: who builds it trusts it.
function(ask_git answer)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE
                git -c safe.directory=* -C ${SOURCE} ${ARGN}
        RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE complaint OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(failed)
        set(said "")
        set(complaint "${complaint}" PARENT_SCOPE)
    endif()
    set(${answer} "${said}" PARENT_SCOPE)
endfunction()

set(revision "unknown")
set(dirty false)
ask_git(root rev-parse --show-toplevel)
file(REAL_PATH ${SOURCE} here)
if(root AND root STREQUAL here)
    ask_git(commit rev-parse HEAD)
    if(commit)
        set(revision ${commit})
        ask_git(changes status --porcelain)
        if(changes)
            set(dirty true)
        endif()
    endif()
elseif(EXISTS ${SOURCE}/.git)
    message(WARNING "git does not know the revision of ${SOURCE}, so results will say \"unknown\": ${complaint}")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
"namespace bench {
extern const char* const git_revision = \"@revision@\";
extern const bool git_dirty = @dirty@;
} // namespace bench
" @ONLY)
