// What a program that includes Spargio has to be compiled with, said before anything else fails for it.
#pragma once

#if __cplusplus <= 202002L
#error "Spargio is written in C++23: compile what includes it with -std=c++23"
#endif
#if !defined(__cpp_exceptions)
#error                                                                                                         \
    "Spargio hands on what tasks throw and tells of misuse by exceptions: compile what includes it without -fno-exceptions"
#endif
