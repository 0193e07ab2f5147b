#include <spargio/detail/frames/drop_unfinished.hpp>

#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <cstddef>
#include <cstdint>

#include <sys/mman.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#define SPARGIO_TELL_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARGIO_TELL_ASAN
#endif
#endif
#if defined(SPARGIO_TELL_ASAN)
#include <sanitizer/common_interface_defs.h>
#endif

namespace spargio::detail {
namespace {

constexpr std::size_t stack_bytes = std::size_t{1} << 20;
constexpr std::size_t guard_bytes = std::size_t{1} << 16; // a multiple of every page size there is
// The rest is for the destructors of what stands in the frames.
constexpr std::size_t nesting_bytes = stack_bytes / 4;

/// Where the nesting on the stack that is in use began; 0 while nothing is being dropped on this thread.
constinit thread_local std::uintptr_t nesting_began = 0;

[[nodiscard, gnu::always_inline]] inline std::uintptr_t stack_pointer() noexcept {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

/// A further stack for this thread, for one call that returns before anything else happens.
class further_stack {
public:
    further_stack() noexcept
        : bottom_(::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0)) {
        if (exists()) ::mprotect(bottom_, guard_bytes, PROT_NONE);
    }
    further_stack(const further_stack&) = delete;
    further_stack& operator=(const further_stack&) = delete;
    ~further_stack() {
        if (exists()) ::munmap(bottom_, stack_bytes);
    }

    [[nodiscard]] bool exists() const noexcept { return bottom_ != MAP_FAILED; }

    void destroy_on_it(std::coroutine_handle<> frame) noexcept {
        frame_ = frame;
        further_stack* const outer = entered_;
        entered_ = this;
        ucontext_t beyond;
        ::getcontext(&beyond);
        beyond.uc_stack.ss_sp = bottom_;
        beyond.uc_stack.ss_size = stack_bytes;
        beyond.uc_link = &back_;
        ::makecontext(&beyond, enter, 0);
#if defined(SPARGIO_TELL_ASAN)
        void* fake_stack = nullptr;
        __sanitizer_start_switch_fiber(&fake_stack, bottom_, stack_bytes);
        ::swapcontext(&back_, &beyond);
        __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#else
        ::swapcontext(&back_, &beyond);
#endif
        entered_ = outer;
    }

private:
    static void enter() noexcept {
        const further_stack& self = *entered_;
#if defined(SPARGIO_TELL_ASAN)
        const void* old_bottom = nullptr;
        std::size_t old_bytes = 0;
        __sanitizer_finish_switch_fiber(nullptr, &old_bottom, &old_bytes);
#endif
        const std::uintptr_t began_before = nesting_began;
        nesting_began = stack_pointer();
        self.frame_.destroy();
        nesting_began = began_before;
#if defined(SPARGIO_TELL_ASAN)
        __sanitizer_start_switch_fiber(nullptr, old_bottom, old_bytes);
#endif
    }

    static inline constinit thread_local further_stack* entered_ = nullptr;
    void* const bottom_;
    std::coroutine_handle<> frame_;
    ucontext_t back_;
};

} // namespace

[[gnu::noinline]] void drop_unfinished(std::coroutine_handle<> unfinished, bool awaited) noexcept {
    // While frames are torn down no task runs.
    if (awaited && scheduling::current_task() != nullptr)
        misused("a task was destroyed while another one awaits it");
    const std::uintptr_t here = stack_pointer();
    if (nesting_began == 0) {
        nesting_began = here;
        unfinished.destroy();
        nesting_began = 0;
        return;
    }
    if (nesting_began - here > nesting_bytes) {
        further_stack next;
        if (next.exists()) {
            next.destroy_on_it(unfinished);
            return;
        }
    }
    unfinished.destroy();
}

} // namespace spargio::detail
