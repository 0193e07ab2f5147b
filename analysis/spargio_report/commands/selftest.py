"""`spargio-report selftest`: how often the gate errs. It reads a recording of its own, no result file."""

import argparse
from pathlib import Path

from spargio_report.commands.common import note, writable_directory
from spargio_report.commands.flags import add_verbose
from spargio_report.failures import ExitCode
from spargio_report.selftest.proof import BASE, RECORDING, Request, prove


def add_to(choice) -> None:
    selftest = choice.add_parser(
        "selftest", epilog="Exit codes: 0 no goal is missed beyond doubt, 2 usage, 4 a file or the harness is at fault, "
        "5 a goal is missed.", help="prove the gate: how often it errs, on replays, live, and on spoilt files")
    selftest.add_argument("--bench", metavar="PATH", help="spargio-bench: also try the gate live, one arm against itself "
                          "and slowed down on purpose, with and without a process that takes one CPU")
    selftest.add_argument("--quick", action="store_true", help="a tenth of the replays and two live trials of each kind")
    selftest.add_argument("--seed", type=int, default=1, help="of the replays (default: 1)")
    selftest.add_argument("-o", "--output", metavar="DIR", help="write selftest.json and the power curve there")
    selftest.add_argument("--recorded", metavar="FILE", default=str(RECORDING),
                          help="block series of A/A runs; default: the project's own")
    selftest.add_argument("--base", metavar="FILE", default=str(BASE),
                          help="the result file to spoil; default: the project's reference run")
    selftest.add_argument("--record", metavar="FILE", help="measure one arm against itself with --bench, and keep the "
                          "block series there, for replays; nothing else is done")
    selftest.add_argument("--blocks", type=int, default=60, help="blocks of each case with --record (default: 60)")
    add_verbose(selftest)
    selftest.set_defaults(run=run)


def run(options: argparse.Namespace) -> ExitCode:
    request = Request(bench=options.bench, is_quick=options.quick, seed=options.seed, recorded=Path(options.recorded),
                      base=Path(options.base), record=options.record,
                      blocks=options.blocks, output=writable_directory(options.output) if options.output else None)
    return prove(request, note)
