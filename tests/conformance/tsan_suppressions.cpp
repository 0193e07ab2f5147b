// libtbb is not compiled with the thread sanitizer, so the sanitizer does not see the synchronisation inside it
// and takes a task handed from one thread to another for a race. Nothing else is suppressed.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:libtbb.so\n"; }
#endif
#endif
