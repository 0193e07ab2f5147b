#include <spargio/detail/doors/register_descriptor.hpp>

#include <spargio/detail/loop/doors/registered_files.hpp>

namespace spargio::detail {

bool register_descriptor(shared_descriptor* which) {
    registered_files& known = registered_files::of_this_shard();
    return which != nullptr && known.take_in(*which);
}

} // namespace spargio::detail
