# Several sources a compiler run. Most of what a compiler does with a source of this project is to read the same headers
# again; joined, it reads them once. `cmake -DSPARGIO_JOINED=OFF` compiles every source by itself: for editors and
# clang-tidy, and to see that no source lives on another's includes (`make check` does; that every header compiles alone
# is a test of tests/hygiene).
#
# Only what no figure depends on is joined, the tests among it: over the sources of one unit the compiler inlines as it would not over those
# of two (of four sources of the threads' and three of Spargio's sessions, joined on trial, most functions came out
# otherwise). So the runtime and the sessions of all backends alike are compiled as anybody would compile them.
#
# Precompiled headers were tried and left: g++ 12 reads the whole file anew for each source, 90 MB for the standard
# library and 200 MB with Asio, and that takes as long as to compile the headers that the source wants.
option(SPARGIO_JOINED "Compile the harness, the workloads and the tests several sources a unit" ${PROJECT_IS_TOP_LEVEL})

# spargio_join(TARGET [COUNT] [APART SOURCE...]): COUNT sources a unit, 8 unless told; 0 is all in one. APART: sources that
# stay by themselves, with the reason where it is called.
function(spargio_join target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "APART")
    if(NOT SPARGIO_JOINED)
        return()
    endif()
    set(count 8)
    if(DEFINED arg_UNPARSED_ARGUMENTS)
        set(count ${arg_UNPARSED_ARGUMENTS})
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${count})
    # In an included file g++ takes a type of an unnamed namespace for one of a header, and warns of those that hold it.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    if(arg_APART)
        set_source_files_properties(${arg_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
endfunction()
