// R50: the library can be part of a shared library, which is loaded and let go while the program runs.
#include <gtest/gtest.h>

#include <thread>

#include <dlfcn.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// What a library keeps for ever on purpose is out of reach when it has gone (docs/runtime.md).
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif
#endif

namespace {

/// Loads it, runs a runtime in it, and lets it go.
int run_once() {
    void* const library = ::dlopen(LIBRARY_WITH_SPARGIO, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        ADD_FAILURE() << ::dlerror();
        return 0;
    }
    using function = int();
    auto* const run = reinterpret_cast<function*>(::dlsym(library, "run_in_the_library"));
    const int got = run != nullptr ? run() : 0;
    EXPECT_EQ(::dlclose(library), 0);
    return got;
}

TEST(R50, a_runtime_runs_in_a_shared_library_that_is_loaded_and_let_go_again_and_again) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(run_once(), 14);
}

TEST(R50, a_thread_may_end_after_it_has_let_the_library_go_in_which_it_was_a_shard) {
    for (int i = 0; i < 3; ++i) {
        int got = 0;
        std::thread([&got] { got = run_once(); }).join();
        EXPECT_EQ(got, 14);
    }
}

} // namespace
