// A first-in first-out queue of tasks for one thread, linked through the tasks themselves.
#pragma once

#include <spargio/detail/frames/task_header.hpp>
#include <spargio/detail/machine/counter.hpp>

#include <cstddef>

namespace spargio::detail {

class task_queue {
public:
    void push(task_header& task) noexcept {
        task.next = nullptr;
        (last_ != nullptr ? last_->next : first_) = &task;
        last_ = &task;
        size_.raise();
    }

    [[nodiscard]] task_header* pop() noexcept {
        task_header* const task = first_;
        if (task == nullptr) return nullptr;
        first_ = task->next;
        if (first_ == nullptr) last_ = nullptr;
        size_.lower();
        return task;
    }

    /// Takes that task if it is the only one.
    [[nodiscard]] bool pop_if_alone(task_header& task) noexcept {
        if (first_ != &task || last_ != &task) return false;
        first_ = last_ = nullptr;
        size_.lower();
        return true;
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    /// Any thread; a guess for others than the owner.
    [[nodiscard]] std::size_t size() const noexcept { return size_.read(); }

private:
    task_header* first_ = nullptr;
    task_header* last_ = nullptr;
    level size_;
};

} // namespace spargio::detail
