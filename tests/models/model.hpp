// What every model shares: searching the schedules of a small concurrent program with Relacy, and mutants of
// it.
//
// A model mirrors an algorithm of the runtime operation by operation, with the memory orders of the header it
// names. Each order that matters is a named object, so that one run of the program can weaken one of them:
//
//   park_model                        searches all cases; exit code 0: nothing found
//   park_model --mutant announce      weakens that order; exit code 0: some case caught it
//   park_model --list                 the mutants, one a line
//
// One source file a program: Relacy replaces operator new in each file that includes it.
#pragma once

#include <cstring>
#include <initializer_list>
#include <iostream>
#include <sstream>
#include <vector>

#include <relacy/relacy.hpp>

namespace models {

/// A planted defect, off unless the command line names it.
class mutant {
public:
    explicit mutant(const char* name) : name_(name), on_(false) { all().push_back(this); }

    const char* name() const { return name_; }
    bool on() const { return on_; }
    void turn_on() { on_ = true; }

    static std::vector<mutant*>& all() {
        static std::vector<mutant*> every;
        return every;
    }

private:
    const char* name_;
    bool on_;
};

/// A memory order of the runtime, and a weaker one that must not do.
class order : public mutant {
public:
    order(const char* name, rl::memory_order right, rl::memory_order weak)
        : mutant(name), right_(right), weak_(weak) {}
    operator rl::memory_order() const { return on() ? weak_ : right_; }

private:
    rl::memory_order right_;
    rl::memory_order weak_;
};

struct search {
    rl::scheduler_type_e kind;
    unsigned context_bound;
    rl::iteration_t schedules;
};

struct outcome {
    bool right;
    rl::test_result_e result;
    rl::iteration_t schedules;
    std::string trace;
};

template <class Test>
outcome look_for_failure(const search& bounds) {
    rl::test_params parameters;
    rl::ostringstream said;
    std::ostream nowhere(nullptr);
    parameters.search_type = bounds.kind;
    parameters.context_bound = bounds.context_bound;
    parameters.iteration_count = bounds.schedules;
    parameters.execution_depth_limit = 4000;
    parameters.output_stream = &said;
    parameters.progress_stream = &nowhere;
    const bool right = rl::simulate<Test>(parameters);
    const outcome found = {right, parameters.test_result, parameters.stop_iteration, said.str().c_str()};
    return found;
}

/// One concurrent program, and how wide to search it exhaustively.
struct model_case {
    const char* name;
    unsigned context_bound;
    outcome (*look)(const search&);
};

static const rl::iteration_t random_schedules = 300000;

inline std::vector<search> searches_of(const model_case& of) {
    const search exhaustive = {rl::sched_bound, of.context_bound, 0};
    const search random = {rl::sched_random, 0, random_schedules};
    return {random, exhaustive};
}

inline const char* kind_of(const search& bounds) {
    return bounds.kind == rl::sched_bound ? "exhaustive" : "random";
}

/// Running on for ever is how a search ends that a mutant merely slows down: that proves nothing.
inline bool proves_a_defect(const outcome& found) {
    return !found.right && found.result != rl::test_result_livelock &&
           found.result != rl::test_result_inconsistent_test_suite;
}

inline int check(std::initializer_list<model_case> cases) {
    int failures = 0;
    for (const model_case& each : cases) {
        for (const search& how : searches_of(each)) {
            const outcome found = each.look(how);
            std::cout << each.name << ": " << kind_of(how) << ", " << found.schedules
                      << " schedules: " << (found.right ? "nothing found" : "FAILURE") << std::endl;
            if (found.right) continue;
            std::cout << found.trace << std::endl;
            ++failures;
        }
    }
    return failures == 0 ? 0 : 1;
}

inline bool catches(const model_case& of, const search& bounds, const mutant& planted) {
    const outcome found = of.look(bounds);
    if (!proves_a_defect(found)) return false;
    std::cout << planted.name() << " is caught: " << of.name << ", " << kind_of(bounds) << ", schedule "
              << found.schedules << ": " << rl::test_result_str(found.result) << std::endl;
    return true;
}

/// A short look at every case first: most mutants show in one of them at once, and in another not even after
/// the exhaustive search, which a weakened order makes long.
inline int catch_mutant(std::initializer_list<model_case> cases, mutant& planted) {
    planted.turn_on();
    const search short_look = {rl::sched_random, 0, random_schedules / 30};
    for (const model_case& each : cases)
        if (catches(each, short_look, planted)) return 0;
    for (const model_case& each : cases)
        for (const search& bounds : searches_of(each))
            if (catches(each, bounds, planted)) return 0;
    std::cout << planted.name() << " SURVIVES: no case of this model needs what it takes away" << std::endl;
    return 1;
}

inline int model_main(int count, char** arguments, std::initializer_list<model_case> cases) {
    if (count == 1) return check(cases);
    if (count == 2 && std::strcmp(arguments[1], "--list") == 0) {
        for (const mutant* each : mutant::all()) std::cout << each->name() << "\n";
        return 0;
    }
    if (count == 3 && std::strcmp(arguments[1], "--mutant") == 0)
        for (mutant* each : mutant::all())
            if (std::strcmp(each->name(), arguments[2]) == 0) return catch_mutant(cases, *each);
    std::cerr << "usage: " << arguments[0] << " [--list | --mutant NAME], NAME being one of the list\n";
    return 64;
}

} // namespace models
