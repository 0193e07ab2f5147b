// The shards on which the operations of a connection begin, for what stands above operations (R43).
#pragma once

#include <spargio/shard/session_context.hpp>
