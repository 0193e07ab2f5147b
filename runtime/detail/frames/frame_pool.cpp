#include <spargio/detail/frames/frame_pool.hpp>

#include <array>
#include <mutex>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define SPARGIO_PLAIN_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARGIO_PLAIN_FRAMES 1
#endif
#endif

namespace spargio::detail::frame_pool {
namespace {

constexpr std::size_t class_bytes = 64;
constexpr std::size_t class_count = 32;
constexpr std::size_t batch_blocks = 64; // blocks that move between a thread and the depot at once

struct free_block {
    free_block* next;
};

/// Free blocks of one size class in one thread: at most two batches.
struct shelf {
    free_block* blocks = nullptr;
    std::size_t count = 0;
};

/// Batches that threads have too many of. Nobody waits for its lock: in a child of fork() it may be held for
/// ever by a thread that is not there. Who finds it taken does without: operator new and delete know of fork.
class depot {
public:
    void put(std::size_t size_class, free_block* batch) noexcept {
        if (const std::unique_lock hold(lock_, std::try_to_lock); hold) {
            try {
                batches_[size_class].push_back(batch);
                return;
            } catch (...) {
                // No memory for the list of batches: the blocks go back to the system instead.
            }
        }
        while (batch != nullptr) {
            free_block* const next = batch->next;
            ::operator delete(batch);
            batch = next;
        }
    }

    free_block* get(std::size_t size_class) noexcept {
        const std::unique_lock hold(lock_, std::try_to_lock);
        auto& batches = batches_[size_class];
        if (!hold || batches.empty()) return nullptr;
        free_block* const batch = batches.back();
        batches.pop_back();
        return batch;
    }

private:
    std::mutex lock_;
    std::array<std::vector<free_block*>, class_count> batches_;
};

/// Made before the program runs, so that nobody waits for its making either, and never destroyed: threads may
/// end after static destruction began.
union immortal_depot {
    constexpr immortal_depot() noexcept : value() {}
    ~immortal_depot() {}
    depot value;
};
constinit immortal_depot common_depot;

/// Of one thread. Trivial to make and to destroy, so that using it needs no look whether it was made: the first
/// call that fills a shelf has seen to it that cache_end gives the blocks away when the thread ends.
class thread_cache {
public:
    void* take(std::size_t size_class) {
        shelf& from = shelves_[size_class];
        if (from.blocks == nullptr && !refill(size_class)) return buy((size_class + 1) * class_bytes);
        if (hits_ != nullptr) hits_->add();
        free_block* const block = from.blocks;
        from.blocks = block->next;
        --from.count;
        return block;
    }

    void put(void* memory, std::size_t size_class) noexcept {
        shelf& into = shelves_[size_class];
        if (into.blocks == nullptr) empty_when_the_thread_ends();
        if (into.count == 2 * batch_blocks) give_away(size_class, batch_blocks);
        into.blocks = new (memory) free_block{into.blocks};
        ++into.count;
    }

    void* buy(std::size_t bytes) {
        if (misses_ != nullptr) misses_->add();
        return ::operator new(bytes);
    }

    void count_into(counter* hits, counter* misses) noexcept {
        hits_ = hits;
        misses_ = misses;
    }

    void give_all_away() noexcept {
        for (std::size_t i = 0; i < class_count; ++i)
            while (shelves_[i].count != 0) give_away(i, batch_blocks);
    }

private:
    bool refill(std::size_t size_class) {
        free_block* const batch = common_depot.value.get(size_class);
        shelf& into = shelves_[size_class];
        into.blocks = batch;
        for (const free_block* at = batch; at != nullptr; at = at->next) ++into.count;
        if (batch == nullptr) return false;
        empty_when_the_thread_ends();
        return true;
    }

    void give_away(std::size_t size_class, std::size_t most) noexcept {
        shelf& from = shelves_[size_class];
        free_block* const batch = from.blocks;
        free_block* last = batch;
        std::size_t moved = 1;
        while (moved < most && last->next != nullptr) {
            last = last->next;
            ++moved;
        }
        from.blocks = last->next;
        last->next = nullptr;
        from.count -= moved;
        common_depot.value.put(size_class, batch);
    }

    counter* hits_ = nullptr;
    counter* misses_ = nullptr;
    void empty_when_the_thread_ends() noexcept;

    std::array<shelf, class_count> shelves_{};
};

constinit thread_local thread_cache cache;

struct cache_end {
    ~cache_end() { cache.give_all_away(); }
    void exist() const noexcept {}
};
thread_local cache_end at_thread_end;

void thread_cache::empty_when_the_thread_ends() noexcept { at_thread_end.exist(); }

} // namespace

// Out of line: inlined into a coroutine, the address of the thread's cache could be kept across a suspension
// and then belong to another thread (llvm-project#47179).

[[gnu::noinline]] void* allocate(std::size_t bytes) {
#if defined(SPARGIO_PLAIN_FRAMES)
    return cache.buy(bytes); // so that AddressSanitizer sees each frame's life
#else
    const std::size_t size_class = (bytes - 1) / class_bytes;
    return size_class < class_count ? cache.take(size_class) : cache.buy(bytes);
#endif
}

[[gnu::noinline]] void count_into(counter* hits, counter* misses) noexcept { cache.count_into(hits, misses); }

[[gnu::noinline]] void release(void* block, std::size_t bytes) noexcept {
#if defined(SPARGIO_PLAIN_FRAMES)
    ::operator delete(block, bytes);
#else
    const std::size_t size_class = (bytes - 1) / class_bytes;
    if (size_class < class_count)
        cache.put(block, size_class);
    else
        ::operator delete(block, bytes);
#endif
}

} // namespace spargio::detail::frame_pool
