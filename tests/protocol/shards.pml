/* Shards that send, spawn, steal, sleep and stop: a model of the whole protocol, where the Relacy models in tests/models
 * take one structure each. Memory is sequentially consistent here; the orders are proved there.
 *
 *   runtime/detail/loop/shard_loop.cpp      the loop, stop_turn()
 *   runtime/detail/loop/shard_idle.cpp      park()
 *   runtime/detail/loop/thief.cpp           steal(), wake_one(), which is wake_a_thief() here
 *   runtime/detail/loop/shard.cpp           wake(): of all who find a shard asleep one rings
 *   runtime/detail/ring/ring.cpp             a submission that the kernel refuses stays queued and is made up for
 *
 * What is proved: no shard sleeps for ever on mail, on a task that it could steal, or through a stop; every message is
 * taken and every task is run. The defects that `spin -D...` plants are caught (tests/protocol/test_protocol.py).
 */
#ifndef SHARDS
#define SHARDS 3
#endif
#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef TASKS
#define TASKS 2
#endif

byte mail[SHARDS];     /* messages that wait for shard i */
byte ready[SHARDS];    /* stealable tasks in the deque of shard i */
bool asleep[SHARDS];   /* the parking flag */
bool bell[SHARDS];     /* a completion in the ring of shard i */
byte unsubmitted[SHARDS]; /* 1 + target of a bell that the kernel has refused so far; 0: none */
byte parked;
bool stopping;
byte to_send = MESSAGES;
byte to_spawn = TASKS;
byte received;
byte finished;
byte stopped;

/* The kernel takes what is queued; it may refuse for now (EBUSY, EAGAIN, EINTR, a full queue), see wake(). */
inline submit(self) {
    if
    :: unsubmitted[self] != 0 ->
#ifndef FORGET_REFUSED_BELLS
        bell[unsubmitted[self] - 1] = true;
#endif
        unsubmitted[self] = 0
    :: else
    fi
}

/* Whoever changes the flag from asleep to awake rings, nobody else. */
inline wake(self, target) {
    atomic {
        if
        :: asleep[target] -> asleep[target] = false; won = true
        :: else -> won = false
        fi
    }
    if
    :: won ->
        submit(self); /* makes room if there was none */
        atomic { unsubmitted[self] = target + 1 }
        if
        :: submit(self)
        :: skip; /* refused for now. It will be made up for, but the sender may compute for long before that */
#ifndef WAIT_FOR_REFUSED_BELLS
            bell[target] = true /* so it wakes the target the way in which foreign threads do */
#endif
        fi
    :: else
    fi
}

/* For a new task: one sleeper, whichever. */
inline wake_a_thief(self) {
    if
    :: parked != 0 ->
        other = 0;
        do
        :: other == SHARDS -> break
        :: other < SHARDS && other == self -> other++
        :: other < SHARDS && other != self ->
            wake(self, other);
            if
            :: won -> break
            :: else -> other++
            fi
        od
    :: else
    fi
}

inline look_for_work(self) {
    found = mail[self] != 0 || stopping || (self == 0 && (to_send != 0 || to_spawn != 0));
    other = 0;
    do
    :: other == SHARDS -> break
    :: other < SHARDS -> found = found || ready[other] != 0; other++
    od
}

proctype shard(byte self) {
    byte other, count;
    bool won, found;
    do
    :: /* a turn */
        submit(self);
        /* take the mail */
        d_step { received = received + mail[self]; mail[self] = 0 }
        /* run a task: it sends, it spawns, or it just ends */
        found = false;
        atomic {
            if
            :: ready[self] != 0 -> ready[self]--; finished++; found = true
            :: else
            fi
        }
        /* whatever a task may do; the tasks of this model can do it at any time, and shard 0 stays awake until all is
         * done, so that it gets done */
        if
        :: atomic { to_send != 0 && !stopping -> to_send-- };
            select (count : 0 .. SHARDS - 1);
            mail[count]++;
            wake(self, count)
        :: atomic { to_spawn != 0 && !stopping -> to_spawn-- };
            ready[self]++;
#ifndef SPAWN_WAKES_NOBODY
            wake_a_thief(self);
#endif
            if
            :: skip
            :: self == 0 -> ready[0] == 0 || stopping /* computes for so long that only a thief can run the task */
            fi
        :: skip
        fi;
        if
        :: stopping -> break
        :: else
        fi;
        if
        :: found || ready[self] != 0 || mail[self] != 0 -> goto again
        :: else
        fi;
        /* steal one */
        other = 0;
        do
        :: other == SHARDS -> break
        :: atomic { other < SHARDS && other != self && ready[other] != 0 -> ready[other]--; ready[self]++ }; goto again
        :: other < SHARDS && (other == self || ready[other] == 0) -> other++
        od;
        /* park */
        parked++;
        asleep[self] = true;
#ifndef SLEEP_WITHOUT_A_LOOK
        look_for_work(self);
#else
        found = false;
#endif
        if
        :: !found ->
            submit(self); /* io_uring_enter submits before it waits */
end_sleep:  atomic { bell[self] -> bell[self] = false }
        :: else
        fi;
        asleep[self] = false;
        parked--;
again:  bell[self] = false /* completions are reaped; they say no more than "look" */
    od;
    submit(self);
    atomic { stopped++ }
}

/* A foreign thread stops the runtime; a bell from outside is never refused (it is repeated until it is not). */
proctype stopper() {
    byte other;
#ifdef STOP_WHEN_DONE
    received == MESSAGES && finished == TASKS;
#endif
    stopping = true;
    other = 0;
    do
    :: other == SHARDS -> break
    :: other < SHARDS ->
#ifndef STOP_WAKES_NOBODY
        atomic {
            if
            :: asleep[other] -> asleep[other] = false; bell[other] = true
            :: else
            fi
        }
#endif
        other++
    od
}

init {
    byte i;
    atomic {
        i = 0;
        do
        :: i == SHARDS -> break
        :: i < SHARDS -> run shard(i); i++
        od;
        run stopper()
    }
    /* everybody leaves: a shard that sleeps through the stop, or on work, leaves this line for ever blocked */
    stopped == SHARDS
}
