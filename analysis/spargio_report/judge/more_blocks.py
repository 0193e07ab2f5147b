"""Asks the harness for more blocks of the gates that are not decided yet, look by look (M11)."""

from dataclasses import replace

from spargio_report.judge.harness import Harness, add_blocks
from spargio_report.judge.judged import Judged
from spargio_report.judge.judging import judge_run
from spargio_report.judge.verdict import INCONCLUSIVE
from spargio_report.statistics.decide import LAST_LOOK_BLOCKS, LOOKS


def ask_for_more(judged: Judged, harness: Harness) -> Judged:
    """The run with all the blocks that were added, and the verdicts on it."""
    for step in range(1, len(LOOKS) + 1):
        orders = blocks_to_ask_for(judged)
        if not orders:
            break
        run = judged.run
        for blocks, arms_of_groups in orders.items():
            harness.note(f"asking for {blocks} more blocks of {', '.join(arms_of_groups)}")
            run = add_blocks(run, harness.measure(run, blocks, arms_of_groups, f"more-{step}-{blocks}"))
        judged = judge_run(replace(judged.asked, run=run))
    return judged


def blocks_to_ask_for(judged: Judged) -> dict[int, dict[str, list[str]]]:
    """Number of blocks -> group -> the arms that its undecided gates compare, but for those where it is futile."""
    wanted: dict[str, tuple[int, set[str]]] = {}
    for verdict in judged.verdicts:
        if verdict.word != INCONCLUSIVE or verdict.estimate is None or verdict.futile:
            continue
        have = min(one.estimate.blocks for one in (verdict, *verdict.others))
        if have >= LAST_LOOK_BLOCKS:
            continue
        missing = next(blocks for blocks, _ in LOOKS if blocks > have) - have
        before, arms = wanted.get(verdict.group, (0, set()))
        arms |= {verdict.gate.a, *(one.against for one in (verdict, *verdict.others) if one.against)}
        wanted[verdict.group] = (max(before, missing), arms)
    orders: dict[int, dict[str, list[str]]] = {}
    for group, (blocks, arms) in wanted.items():
        orders.setdefault(blocks, {})[group] = [case.arm for case in judged.run.cases_of(group) if case.arm in arms]
    return orders
