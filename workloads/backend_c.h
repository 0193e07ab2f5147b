/* A backend in any language: the interface of workloads/contract/backend.hpp in C (W3).
 *
 * A plugin is a shared library that exports one function, `bench_plugin`. `spargio-bench --plugin PATH` loads it, and
 * from then on it is a backend like the others: it stands in `list`, in runs and results, every answer is checked, and
 * a crash costs its own case only. examples/backend_plugin.c is a whole one. A backend in C++ implements bench::backend
 * instead and exports it with workloads/plugin/export_backend.hpp.
 *
 * What holds for all of it:
 *
 * Threads    The harness calls every function here from one thread of a process, the main thread. Only the functions
 *            of bench_host may be called by the plugin from any thread. Signals and the working directory are the
 *            harness's: a plugin leaves them as they are.
 * Loading    The library is loaded in short-lived processes that only read its table and check knobs, and in one
 *            process for each case that is measured. So loading it and calling bench_plugin must start no thread and
 *            open no file. It is never unloaded.
 * Memory     Each side frees what it has allocated itself. What the harness hands over is valid during that call only,
 *            unless it says otherwise; what the plugin's table points to stays valid as long as the process lives.
 *            Text is UTF-8 and ends in a zero byte.
 * Errors     A function that can fail returns a bench_status and writes one sentence to its bench_text: what is wrong,
 *            and what to do about it. No C++ exception and no panic may leave the plugin: that is undefined behaviour.
 * Silence    Between two calls a session must be silent: its threads asleep, no CPU used. A millisecond of settling is
 *            allowed. The harness measures it.
 * Fairness   An answer counts only if it was worked for: the operations that the workload describes
 *            (`spargio-bench list workloads`, and the header of each in workloads/), done in the slice, by the means of
 *            the runtime under test. What cannot be done honestly is BENCH_UNSUPPORTED with the reason, which is shown.
 * Versions   BENCH_ABI_VERSION changes when a plugin must be compiled again. What is only added goes to the end of a
 *            struct that has a `size`, which tells the other side how much of it there is.
 */
#ifndef SPARGIO_WORKLOADS_BACKEND_C_H
#define SPARGIO_WORKLOADS_BACKEND_C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_ABI_VERSION 1u

/* How many thread ids an outcome can carry. */
#define BENCH_MOST_THREADS 64u

typedef int32_t bench_status;
#define BENCH_OK 0
#define BENCH_UNSUPPORTED 1 /* there is no honest way for this backend to do this */
#define BENCH_UNAVAILABLE 2 /* there is, on another machine or with more installed: the text says with what */
#define BENCH_BAD_KNOB 3    /* the user's knobs are wrong: the text names the knob and its legal values */
#define BENCH_FAILED 4      /* it should have worked: an error of the system, or a defect */

/* Where a function writes its sentence: memory of the caller. Longer text is cut at capacity - 1 bytes; the byte after
 * it is zero. The harness gives 1024 bytes at least. */
typedef struct bench_text {
    char* data;
    size_t capacity;
} bench_text;

/* A knob with its value as text. */
typedef struct bench_setting {
    const char* name;
    const char* value;
} bench_setting;

/* A parameter of a workload with its value. Words such as `batch=all` have become their number already. */
typedef struct bench_number {
    const char* name;
    int64_t value;
} bench_number;

/* Declaration of one knob. No member may be null. */
typedef struct bench_knob {
    const char* name;    /* letters, digits and _ */
    const char* initial; /* default */
    const char* range;   /* legal values in words: "0 to 1000000", "on, off" */
    const char* unit;    /* "" where it has none */
    const char* help;    /* one line */
} bench_knob;

/* Where latencies go; the harness's. */
typedef struct bench_recorder bench_recorder;

/* What the harness does for a plugin. It lives as long as the process. Every function may be called from any thread,
 * allocates nothing and never fails. */
typedef struct bench_host {
    size_t size; /* of this struct in the harness */

    /* The work steps of a branch (workloads/contract/work.hpp), about 1.3 ns each. A plugin calls this instead of a copy of its
     * own, so that every backend runs the same instructions. */
    uint64_t (*work)(uint64_t seed, uint64_t steps);

    /* gettid(2) of the caller, cached: what outcomes report where a workload wants two threads. A few ns. */
    uint64_t (*thread_id)(void);

    /* The clock of all latencies: CLOCK_MONOTONIC in ns, about 20 to 40 ns a call. */
    uint64_t (*now_ns)(void);

    /* Records `count` latencies of `ns` each, 1 ns to 60 s, to 1 % exactly. A lane (0 to bench_order.lanes - 1) may be
     * used by one thread at a time; different lanes at once by different threads. Only while `run` is being called and
     * only when the order asks for it. About 2 ns. A lane that is not there makes the slice fail. */
    void (*record)(bench_recorder* into, size_t lane, uint64_t ns, uint64_t count);
} bench_host;

/* What a session is opened for. */
typedef struct bench_case {
    size_t size;                    /* of this struct in the harness */
    const char* workload;           /* `family/case`, as `spargio-bench list workloads` shows it */
    const bench_number* parameters; /* every parameter of the workload */
    size_t parameter_count;
    const bench_setting* knobs; /* every knob of the backend, checked */
    size_t knob_count;
    uint16_t peer_port; /* TCP port of the echo peer on 127.0.0.1; 0: there is none (peer=self too) */
} bench_case;

/* What one slice asks for. */
typedef struct bench_order {
    size_t size;             /* of this struct in the harness */
    uint64_t iterations;     /* how often to do the workload's iteration; at least 1 */
    uint64_t seed;           /* enters every message and every branch, modulo 2^64 */
    uint32_t record_latency; /* not 0: record the latency of each operation; 0: do not even read the clock */
    uint32_t lanes;          /* lanes of the recorder: the workload's workers, and one more */
} bench_order;

/* What one slice did: filled in by the timed code itself, checked by the harness. Comes zeroed. */
typedef struct bench_outcome {
    size_t size; /* of this struct in the harness */
    uint64_t operations;
    uint64_t checksum;
    uint64_t bytes;
    uint64_t thread_ids[BENCH_MOST_THREADS]; /* of the sides that took part, where the workload wants to know */
    size_t thread_count;
} bench_outcome;

/* A session: threads, sockets and files open and warm. The plugin's own type. */
typedef struct bench_session bench_session;

/* The plugin. */
typedef struct bench_backend {
    uint32_t abi_version; /* BENCH_ABI_VERSION of the header that it was compiled with */
    size_t size;          /* sizeof(bench_backend) there */

    const char* name;    /* lower-case letters, digits and _: how it is called on the command line */
    const char* version; /* of the library under test, as it reports itself */
    const char* summary; /* one line: what it is and in which idiom it is written */
    const bench_knob* knobs;
    size_t knob_count; /* `knobs` may be null where this is 0 */

    /* Are these values legal? All knobs, those that the user did not name with their initial values. Returns BENCH_OK
     * or BENCH_BAD_KNOB. Null where any text will do. */
    bench_status (*check_knobs)(const bench_setting* knobs, size_t knob_count, bench_text why);

    /* Opens a session and stores it in *made. `host` may be kept as long as the process lives. On any status but
     * BENCH_OK there is no session and nothing stays open. May take as long as it takes: it is not timed. */
    bench_status (*open)(const bench_host* host, const bench_case* what, bench_session** made, bench_text why);

    /* Does `order->iterations` iterations, says what was done, and returns when all is done. This is what is timed. Any
     * status but BENCH_OK makes the case invalid; the session must still be closable. */
    bench_status (*run)(bench_session* session, const bench_order* order, bench_recorder* into, bench_outcome* done,
                        bench_text why);

    /* Joins every thread, closes every file, frees the session. Called once. */
    void (*close)(bench_session* session);

    /* What the runtime really uses, where it is known only after the start: calls `add` for each. The harness copies
     * the text. Null where there is nothing to say. */
    void (*capabilities)(bench_session* session, void (*add)(void* to, const char* name, const char* value), void* to);

    /* Since 2026-12; a table that ends before them is taken, too. What people take it for: "general" (tasks, timers,
     * sockets, files) or "specialist" (one family); null is "general". */
    const char* standing;
    /* How a worker without work waits, in an arm with these knobs, all of them: "sleeps" (in the kernel, at once),
     * "spins" (looks again for at most so long, then sleeps) or "polls" (never sleeps while a slice runs). Null, or a
     * null answer: not said, and the arm is compared with all. */
    const char* (*waits)(const bench_setting* knobs, size_t knob_count);
} bench_backend;

/* The one exported function. Returns the table of the plugin, which lives as long as the process, or null when it has
 * none for that version of the harness. */
const bench_backend* bench_plugin(uint32_t host_abi_version);
typedef const bench_backend* (*bench_plugin_function)(uint32_t host_abi_version);
#define BENCH_PLUGIN_SYMBOL "bench_plugin"

/* The finaliser that the answering side of a message applies: bench::mix of workloads/contract/work.hpp. */
static inline uint64_t bench_mix(uint64_t value) {
    value ^= value >> 30;
    value *= UINT64_C(0xbf58476d1ce4e5b9);
    value ^= value >> 27;
    value *= UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

#ifdef __cplusplus
}
#endif

#endif
