# One set of compiler flags for everything: the runtime, every rival, the harness and the tests. Comparing
# backends that were compiled differently would be worthless.
# Inside another project the kind of build is that project's.
if(PROJECT_IS_TOP_LEVEL)
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
    endif()
    set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
    set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
    # A preset or an older configuration may have another compiler than the environment asks for.
    if(spargio_asked_compiler)
        separate_arguments(spargio_asked UNIX_COMMAND "${spargio_asked_compiler}")
        list(POP_FRONT spargio_asked spargio_asked)
        find_program(spargio_asked_path "${spargio_asked}" NO_CACHE)
        file(REAL_PATH "${spargio_asked_path}" spargio_asked_path)
        file(REAL_PATH "${CMAKE_CXX_COMPILER}" spargio_taken_path)
        if(NOT spargio_asked_path STREQUAL spargio_taken_path)
            message(WARNING "CXX asks for ${spargio_asked_compiler}, and this build is made with ${CMAKE_CXX_COMPILER}, as "
                            "its preset or its folder says: take another folder, or "
                            "-DCMAKE_CXX_COMPILER=${spargio_asked_compiler} on a new one.")
        endif()
    endif()
endif()
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

add_library(spargio_build_flags INTERFACE)
target_compile_options(spargio_build_flags INTERFACE -Wall -Wextra -Wpedantic)
target_link_libraries(spargio_build_flags INTERFACE Threads::Threads)
if(SPARGIO_WERROR)
    target_compile_options(spargio_build_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 makes symmetric transfer a tail call only with this; -O2 has it, -O0 has not, and then a long chain
    # of synchronous completions overflows the stack.
    target_compile_options(spargio_build_flags INTERFACE -foptimize-sibling-calls)
endif()

if(SPARGIO_SANITIZE)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "SPARGIO_SANITIZE needs clang: g++ 12 cannot do symmetric transfer under a sanitizer. "
                            "Use the presets asan and tsan.")
    endif()
    if(SPARGIO_SANITIZE STREQUAL "address")
        # Not vptr: it opens a pipe to look at an object, and so accuses the innocent in tests that run out of files.
        set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
    elseif(SPARGIO_SANITIZE STREQUAL "thread")
        set(sanitizers -fsanitize=thread)
    else()
        message(FATAL_ERROR "SPARGIO_SANITIZE is '${SPARGIO_SANITIZE}'; it takes address or thread")
    endif()
    target_compile_options(spargio_build_flags INTERFACE ${sanitizers} -fno-omit-frame-pointer)
    target_link_options(spargio_build_flags INTERFACE ${sanitizers})
endif()
