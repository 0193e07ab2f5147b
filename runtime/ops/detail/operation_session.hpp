// The shards on which the operations of a connection begin, for what stands above operations (R43).
#pragma once

#include <spargio/ops/detail/session_context.hpp>
