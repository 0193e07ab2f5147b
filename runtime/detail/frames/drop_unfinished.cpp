#include <spargio/detail/frames/drop_unfinished.hpp>

#include <spargio/detail/frames/scheduling.hpp>
#include <spargio/detail/machine/misuse.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

#include <sys/mman.h>
#include <ucontext.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARGIO_TELL_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if __has_feature(thread_sanitizer)
#define SPARGIO_TELL_TSAN
#include <sanitizer/tsan_interface.h>
#endif
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

/// What sanitizers must be told of a switch to another stack and back; otherwise nothing.
class told_switch {
public:
#if defined(SPARGIO_TELL_ASAN)
    void before_going(const void* bottom, std::size_t bytes) noexcept {
        __sanitizer_start_switch_fiber(&fake_stack_, bottom, bytes);
    }
    void gone() noexcept { __sanitizer_finish_switch_fiber(nullptr, &old_bottom_, &old_bytes_); }
    void before_returning() noexcept { __sanitizer_start_switch_fiber(nullptr, old_bottom_, old_bytes_); }
    void returned() noexcept { __sanitizer_finish_switch_fiber(fake_stack_, nullptr, nullptr); }

private:
    void* fake_stack_ = nullptr;
    const void* old_bottom_ = nullptr;
    std::size_t old_bytes_ = 0;
#elif defined(SPARGIO_TELL_TSAN)
    // Inline, because the end of an instrumented function belongs to the fiber of its beginning.
    [[gnu::always_inline]] void before_going(const void*, std::size_t) noexcept {
        __tsan_switch_to_fiber(further_, 0);
    }
    void gone() noexcept {}
    [[gnu::always_inline]] void before_returning() noexcept { __tsan_switch_to_fiber(old_, 0); }
    void returned() noexcept { __tsan_destroy_fiber(further_); }

private:
    void* const old_ = __tsan_get_current_fiber();
    void* const further_ = __tsan_create_fiber(0);
#else
    void before_going(const void*, std::size_t) noexcept {}
    void gone() noexcept {}
    void before_returning() noexcept {}
    void returned() noexcept {}
#endif
};

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
        further_stack* const outer = std::exchange(entered_, this);
        ucontext_t beyond;
        ::getcontext(&beyond);
        beyond.uc_stack.ss_sp = bottom_;
        beyond.uc_stack.ss_size = stack_bytes;
        beyond.uc_link = nullptr;
        ::makecontext(&beyond, enter, 0);
        told_switch told;
        told_ = &told;
        told.before_going(bottom_, stack_bytes);
        ::swapcontext(&back_, &beyond);
        told.returned();
        entered_ = outer;
    }

private:
    /// Does not return, but goes back where it came from.
    static void enter() noexcept {
        further_stack& self = *entered_;
        self.told_->gone();
        const std::uintptr_t began_before = std::exchange(nesting_began, stack_pointer());
        self.frame_.destroy();
        nesting_began = began_before;
        self.told_->before_returning();
        ::setcontext(&self.back_);
    }

    static inline constinit thread_local further_stack* entered_ = nullptr;
    void* const bottom_;
    std::coroutine_handle<> frame_;
    told_switch* told_ = nullptr;
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
