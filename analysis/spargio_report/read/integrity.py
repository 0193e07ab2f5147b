"""What a schema cannot say: that names refer to something, that nothing is counted twice, that a slice did work."""

from spargio_report.failures import invalid_input, nearest

REMEDY = "the file was changed or its writer is faulty: measure again, and report it if a fresh file says the same"


def check_integrity(path: str, document: dict) -> None:
    def wrong(place: str, problem: str):
        return invalid_input(path, f"{place}: {problem}", REMEDY)

    backends = _unique(document["backends"], "name", "$.backends", wrong)
    workloads = _unique(document["workloads"], "name", "$.workloads", wrong)
    cases = _unique(document["cases"], "id", "$.cases", wrong)
    if not cases:
        raise wrong("$.cases", "holds no case: there is nothing to judge")
    _check_cases(document["cases"], backends, workloads, wrong)
    _check_machines(document, wrong)
    _check_blocks(document["blocks"], cases, wrong)


def _unique(entries: list[dict], key: str, place: str, wrong) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for index, entry in enumerate(entries):
        if entry[key] in found:
            raise wrong(f"{place}[{index}].{key}", f"'{entry[key]}' stands twice")
        found[entry[key]] = entry
    return found


def _check_cases(entries: list[dict], backends: dict, workloads: dict, wrong) -> None:
    for index, entry in enumerate(entries):
        place = f"$.cases[{index}]"
        if entry["backend"] not in backends:
            raise wrong(f"{place}.backend", f"no backend '{entry['backend']}' ({nearest(entry['backend'], backends)})")
        if entry["workload"] not in workloads:
            raise wrong(f"{place}.workload",
                        f"no workload '{entry['workload']}' ({nearest(entry['workload'], workloads)})")
        if entry["id"] != f"{entry['group']}|{entry['arm']}":
            raise wrong(f"{place}.id", f"'{entry['id']}' is not GROUP|ARM of its own group and arm")
        if entry["status"] != "measured" and not entry["reason"]:
            raise wrong(f"{place}.reason", f"the case is {entry['status']} and says no reason")


def _check_machines(document: dict, wrong) -> None:
    """Nothing may be compared across machines, so a group belongs to one of them, and so do its blocks."""
    count = len(document.get("machines", ())) or 1
    of_group: dict[str, int] = {}
    for kind in ("cases", "blocks"):
        for index, entry in enumerate(document[kind]):
            machine = entry.get("machine", 0)
            if machine >= count:
                raise wrong(f"$.{kind}[{index}].machine", f"is {machine}, and the file has {count} machines")
            if of_group.setdefault(entry["group"], machine) != machine:
                raise wrong(f"$.{kind}[{index}].machine", f"is {machine}, but {entry['group']} begins with machine "
                            f"{of_group[entry['group']]}: one group holds two machines")


def _check_blocks(entries: list[dict], cases: dict, wrong) -> None:
    groups = {case["group"] for case in cases.values()}
    seen: set[tuple[str, int]] = set()
    sampled: set[str] = set()
    for index, block in enumerate(entries):
        place = f"$.blocks[{index}]"
        if block["group"] not in groups:
            raise wrong(f"{place}.group", f"no case is in group '{block['group']}' ({nearest(block['group'], groups)})")
        if (block["group"], block["number"]) in seen:
            raise wrong(f"{place}.number", f"block {block['number']} of {block['group']} stands twice")
        seen.add((block["group"], block["number"]))
        for position, entry in enumerate(block["slices"]):
            _check_slice(f"{place}.slices[{position}]", entry, block, cases, wrong)
            if entry["mode"] == "throughput":
                sampled.add(entry["case"])
    for index, case in enumerate(cases.values()):
        if case["status"] == "measured" and case["id"] not in sampled:
            raise wrong(f"$.cases[{index}]", f"'{case['id']}' is said to be measured and has no throughput slice")


def _check_slice(place: str, entry: dict, block: dict, cases: dict, wrong) -> None:
    if entry["case"] not in cases:
        raise wrong(f"{place}.case", f"no case '{entry['case']}' ({nearest(entry['case'], cases)})")
    if cases[entry["case"]]["group"] != block["group"]:
        raise wrong(f"{place}.case", f"'{entry['case']}' is not of the block's group {block['group']}")
    if entry["operations"] == 0:
        raise wrong(f"{place}.operations", f"a slice of '{entry['case']}' did zero operations")
    if entry["wall_ns"] == 0:
        raise wrong(f"{place}.wall_ns", f"a slice of '{entry['case']}' took no time")
