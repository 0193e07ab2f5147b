#include <spargio/detail/doors/register_descriptor.hpp>

#include <spargio/detail/loop/doors/registered_files.hpp>

namespace spargio::detail {

bool register_descriptor(shared_descriptor* descriptor) {
    registered_files& known = registered_files::of_this_shard();
    return descriptor != nullptr && known.take_in(*descriptor);
}

} // namespace spargio::detail
