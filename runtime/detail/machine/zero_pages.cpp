#include <spargio/detail/machine/zero_pages.hpp>

#include <new>

#include <sys/mman.h>

namespace spargio::detail {

zero_pages::zero_pages(std::size_t bytes)
    : start_(::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
      bytes_(bytes) {
    if (start_ == MAP_FAILED) throw std::bad_alloc();
}

zero_pages::~zero_pages() { ::munmap(start_, bytes_); }

} // namespace spargio::detail
