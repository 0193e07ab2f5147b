// Everything an application needs of the runtime.
#pragma once

#include <spargio/boundary/channel.hpp>
#include <spargio/core/errc.hpp>
#include <spargio/core/options.hpp>
#include <spargio/core/trace.hpp>
#include <spargio/sched/placement.hpp>
#include <spargio/shard/hot_events.hpp>
#include <spargio/shard/prometheus.hpp>
#include <spargio/shard/resume_on.hpp>
#include <spargio/shard/run.hpp>
#include <spargio/shard/runtime.hpp>
#include <spargio/shard/shard_context.hpp>
#include <spargio/shard/spawn.hpp>
#include <spargio/shard/spawn_local.hpp>
#include <spargio/shard/spawn_when_room.hpp>
#include <spargio/shard/this_shard.hpp>
#include <spargio/task/channel.hpp>
#include <spargio/task/condition.hpp>
#include <spargio/task/join_handle.hpp>
#include <spargio/task/latch.hpp>
#include <spargio/task/manual_event.hpp>
#include <spargio/task/mutex.hpp>
#include <spargio/task/semaphore.hpp>
#include <spargio/task/task.hpp>
#include <spargio/task/this_task.hpp>
