// spargio-bench: parse → plan → run → record.
#include "harness/program.hpp"

int main(int count, char** arguments) { return bench::run_program(count, arguments); }
