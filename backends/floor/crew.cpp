#include "backends/floor/crew.hpp"

namespace bench::by_hand {

crew::crew(std::size_t size) {
    for (std::size_t index = 0; index < size; ++index) threads_.emplace_back([this, index] { serve(index); });
}

crew::~crew() {
    job_ = nullptr;
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void crew::run(const std::function<void(std::size_t)>& job) {
    job_ = &job;
    busy_.store(static_cast<std::uint32_t>(threads_.size()), std::memory_order_relaxed);
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_all();
    for (std::uint32_t left = busy_.load(std::memory_order_acquire); left != 0;
         left = busy_.load(std::memory_order_acquire))
        busy_.wait(left, std::memory_order_acquire);
}

void crew::serve(std::size_t index) noexcept {
    for (std::uint32_t seen = 0;; ++seen) {
        turn_.wait(seen, std::memory_order_acquire);
        if (job_ == nullptr) return;
        (*job_)(index);
        if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
}

} // namespace bench::by_hand
