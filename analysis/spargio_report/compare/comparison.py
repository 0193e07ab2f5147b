"""Which arms of a run are held against which, and how they came out. The tables, figures and words all draw on it."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from spargio_report.judge.verdict import Verdict
from spargio_report.read.guardrails import base_of
from spargio_report.read.model import STANDINGS, Case, Run
from spargio_report.statistics import estimate
from spargio_report.statistics.estimate import Estimate


@dataclass
class Comparison:
    """a / b within the blocks of one group. Below 1, a is the faster (or, judged by CPU time, the cheaper)."""

    group: str
    a: Case
    b: Case
    metric: str
    ratio: Estimate
    cpu_ratio: Estimate | None
    a_wall_ns: float
    a_cpu_ns: float
    b_wall_ns: float
    b_cpu_ns: float
    states: dict[str, tuple[float, int]]
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def is_repeat(self) -> bool:
        """An A/A pair: both arms are the same program."""
        return self.a.is_repeat and self.a.original_arm == self.b.arm

    @property
    def judged_by_cpu(self) -> bool:
        return self.metric == "cpu_ns_per_operation"

    @property
    def word(self) -> str:
        word = self.ratio.word
        if self.is_repeat:
            if not self.ratio.has_interval:
                return "UNSURE"
            return "SAME" if word == "UNSURE" else "DIFFERS"
        if self.judged_by_cpu:
            return {"FASTER": "CHEAPER", "SLOWER": "DEARER"}.get(word, word)
        return word

    @property
    def rank(self) -> tuple[int, float]:
        """Losses first, the worst of them foremost; then the doubtful; then the wins."""
        order = {"SLOWER": 0, "UNSURE": 1, "FASTER": 2}
        return order[self.ratio.word], -self.ratio.value

    @property
    def place(self) -> tuple[int, int, float]:
        """General runtimes first, then specialists, then the floor; among each the losses first."""
        return STANDINGS.index(self.b.standing), *self.rank


def hardest(some: list[Comparison]) -> Comparison | None:
    """The rival that is hardest to beat: of those that are surely faster, if there are any, the one with the largest
    ratio. A larger ratio that may be chance does not hide a loss."""
    return max(some, key=lambda one: (one.ratio.word == "SLOWER", one.ratio.value), default=None)


@dataclass
class Headline:
    """One of our arms in one group against all its rivals: word and strongest rival; and against the floor."""

    group: str
    a: Case
    rivals: list[Comparison]
    floors: list[Comparison]

    @cached_property
    def strongest(self) -> Comparison | None:
        return hardest(self.rivals)

    def against(self, standing: str) -> "Headline":
        """The same row with the rivals of one class alone."""
        return replace(self, rivals=[one for one in self.rivals if one.b.standing == standing])

    def against_backend(self, name: str) -> Comparison | None:
        """That backend with whichever of its arms is hardest to beat here."""
        return hardest([one for one in self.rivals if one.b.backend == name])

    @property
    def floor(self) -> Comparison | None:
        """The fastest floor."""
        return max(self.floors, key=lambda one: one.ratio.value, default=None)

    @property
    def plain_word(self) -> str:
        """FASTER than every rival; SLOWER than at least one; else UNSURE. No rival: NO RIVAL."""
        if not self.rivals:
            return "NO RIVAL"
        words = {one.ratio.word for one in self.rivals}
        if "SLOWER" in words:
            return "SLOWER"
        return "FASTER" if words == {"FASTER"} else "UNSURE"

    @property
    def word(self) -> str:
        cpu = self.rivals and self.rivals[0].judged_by_cpu
        return {"FASTER": "CHEAPER", "SLOWER": "DEARER"}.get(self.plain_word, self.plain_word) if cpu \
            else self.plain_word

    @property
    def rank(self) -> tuple[int, float]:
        order = {"SLOWER": 0, "UNSURE": 1, "FASTER": 2, "NO RIVAL": 3}
        best = self.strongest or self.floor
        return order[self.plain_word], -(best.ratio.value if best else 0)


def compare(run: Run, a: Case, b: Case) -> Comparison | None:
    """None where no block holds both."""
    metric = estimate.judged_metric(run, a.group)
    found = estimate.ratio(run, a, b, metric)
    if found is None:
        return None
    return Comparison(
        group=a.group, a=a, b=b, metric=metric, ratio=found,
        cpu_ratio=estimate.ratio(run, a, b, "cpu_ns_per_operation"),
        a_wall_ns=estimate.case_value(run, a, "wall_ns_per_operation"),
        a_cpu_ns=estimate.case_value(run, a, "cpu_ns_per_operation"),
        b_wall_ns=estimate.case_value(run, b, "wall_ns_per_operation"),
        b_cpu_ns=estimate.case_value(run, b, "cpu_ns_per_operation"),
        states=estimate.by_state(run, a, b, metric))


def pairs_of(run: Run, group: str) -> list[tuple[Case, Case]]:
    """Each of ours against each other arm that waits as it does, or less patiently; where there is only ours or only others, the first arm against the rest.

    In a stage of a sweep each point is held against the baseline, which stands first.
    The second arm of an A/A pair meets its original and nothing else, an arm of the base build its twin of this one.
    """
    measured = [case for case in run.cases_of(group) if case.measured]
    based = {case.arm: case for case in measured if case.of_base and not case.is_repeat}
    plain = [case for case in measured if not case.is_repeat and not case.of_base]
    ours = [case for case in plain if case.kind == "ours"]
    others = [case for case in plain if case.kind != "ours"]
    if run.is_sweep:
        ours, others = plain[1:], plain[:1]
    elif not ours or not others:
        ours, others = plain[:1], plain[1:]
    pairs = [(a, b) for a in ours for b in others if run.is_sweep or a.meets(b)]
    pairs += [(case, based[base_of(case.arm)]) for case in plain if base_of(case.arm) in based]
    originals = {case.arm: case for case in plain}
    return pairs + [(case, originals[case.original_arm]) for case in measured
                    if case.is_repeat and case.original_arm in originals]


def all_comparisons(run: Run, verdicts: list[Verdict] = ()) -> list[Comparison]:
    found = [compare(run, a, b) for group in run.groups for a, b in pairs_of(run, group)]
    comparisons = [one for one in found if one is not None]
    for one in comparisons:
        one.verdicts = [verdict for gate in verdicts for verdict in (gate, *gate.others)
                        if (verdict.group, verdict.gate.a, verdict.against) == (one.group, one.a.arm, one.b.arm)]
    return comparisons


def chosen_pair(run: Run, a: str, b: str) -> list[Comparison]:
    """`--a ARM --b ARM`: that pair in every group that measured both."""
    pairs = [(run.case_of(group, a), run.case_of(group, b)) for group in run.groups]
    found = [compare(run, one, other) for one, other in pairs if one and other and one.measured and other.measured]
    return [one for one in found if one is not None]


def headlines(run: Run, comparisons: list[Comparison]) -> list[Headline]:
    """Ours against rivals and floor, what is lost to a general runtime first: a row a case, of the default configuration where it
    was measured."""
    rows: dict[tuple[str, str], Headline] = {}
    for one in comparisons:
        if one.is_repeat or one.a.kind != "ours" or one.b.kind == "ours":
            continue
        row = rows.setdefault((one.group, one.a.arm), Headline(one.group, one.a, [], []))
        (row.rivals if one.b.kind == "rival" else row.floors).append(one)
    led = {row.group for row in rows.values() if row.a.is_default}
    return sorted((row for row in rows.values() if row.a.is_default or row.group not in led),
                  key=lambda row: (row.against("general").rank, row.rank))
