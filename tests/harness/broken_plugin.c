/* A plugin that is wrong in one way, which DEFECT chooses. Without it, it is right: it does harness/empty. */
#include "workloads/backend_c.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTHING 0
#define NO_SYMBOL 1
#define OTHER_VERSION 2
#define NO_TABLE 3
#define NULL_RUN 4
#define NO_NAME 5
#define TAKEN_NAME 6
#define CRASH_AT_LOAD 7
#define CRASH_IN_RUN 8
#define WRONG_ANSWER 9
#define BAD_LANE 10
#define NO_SESSION 11
#define CRASH_IN_KNOBS 12
#define SHORT_TABLE 13
#define WRONG_STANDING 14
#define OLDER_TABLE 15 /* no defect: from before `standing` and `waits` */

#ifndef DEFECT
#define DEFECT NOTHING
#endif

static const bench_host* host;

static bench_status check_knobs(const bench_setting* knobs, size_t count, bench_text why) {
    (void)knobs, (void)count, (void)why;
    if (DEFECT == CRASH_IN_KNOBS) abort();
    return BENCH_OK;
}

static bench_status open_session(const bench_host* by, const bench_case* what, bench_session** made, bench_text why) {
    host = by;
    if (strcmp(what->workload, "harness/empty") != 0) {
        strncpy(why.data, "it is a plugin of the tests", why.capacity - 1);
        return BENCH_UNSUPPORTED;
    }
    if (DEFECT != NO_SESSION) *made = (bench_session*)&host;
    return BENCH_OK;
}

static bench_status run(bench_session* session, const bench_order* order, bench_recorder* into, bench_outcome* done,
                        bench_text why) {
    (void)session, (void)why;
    if (DEFECT == CRASH_IN_RUN) abort();
    for (uint64_t i = 0; i < order->iterations; ++i) {
        const uint64_t until = host->now_ns() + 10000;
        while (host->now_ns() < until) {
        }
        if (order->record_latency) host->record(into, DEFECT == BAD_LANE ? order->lanes : 0, 10000, 1);
    }
    done->operations = order->iterations;
    done->checksum = DEFECT == WRONG_ANSWER;
    return BENCH_OK;
}

static void close_session(bench_session* session) { (void)session; }

#if DEFECT == CRASH_AT_LOAD
__attribute__((constructor)) static void crash(void) { abort(); }
#endif

#if DEFECT == NO_SYMBOL
#define bench_plugin some_other_function
#endif

static const bench_knob knobs[] = {{"mood", "good", "any word", "", "it does nothing"}};
static const bench_backend table = {
    DEFECT == OTHER_VERSION ? BENCH_ABI_VERSION + 1 : BENCH_ABI_VERSION,
    DEFECT == SHORT_TABLE   ? offsetof(bench_backend, standing) - 1
    : DEFECT == OLDER_TABLE ? offsetof(bench_backend, standing)
                            : sizeof(bench_backend),
    DEFECT == NO_NAME ? "Not A Name" : DEFECT == TAKEN_NAME ? "steady" : "plugged",
    "test 1",
    "a plugin of the tests",
    knobs,
    1,
    check_knobs,
    open_session,
    DEFECT == NULL_RUN ? NULL : run,
    close_session,
    NULL,
    DEFECT == WRONG_STANDING ? "floor" : DEFECT == OLDER_TABLE ? "behind the end" : NULL,
    NULL};

const bench_backend* bench_plugin(uint32_t version) {
    (void)version;
    return DEFECT == NO_TABLE ? NULL : &table;
}
