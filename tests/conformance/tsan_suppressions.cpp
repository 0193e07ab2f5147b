// What the thread sanitizer can't judge here, and what it must let pass:
// - libtbb is not compiled with it, so it does not see the synchronisation inside and takes a task handed from
// one
//   thread to another for a race.
// - Asio on io_uring: where several threads run one context, one asks and another takes the completion, and
// what
//   orders them is the kernel's ring. By the name of the library, which holds the sources of the backend `asio`
//   again, where the sanitizer judges them.
// Nothing else is suppressed.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race:libtbb.so\nrace:libbackend_asio_uring.so\n";
}
/// Tests that fork start threads in the child, after libuv's pool has started some in the parent.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }
#endif
#endif
