"""What a schema cannot say: that names refer to something, that nothing is counted twice, that a slice did work.
In the words of `spargio-bench validate` (harness/files/result_references.cpp); a test holds the two together."""

from collections.abc import Iterator

from spargio_report.read.schema_words import shown

Names = set[str]


def integrity_problems(document: dict) -> Iterator[str]:
    """Each as "PLACE: words", PLACE a JSON pointer; of a document that the schema allows."""
    backends: Names = set()
    workloads: Names = set()
    yield from _named_once(document, "backends", backends)
    yield from _named_once(document, "workloads", workloads)
    yield from _case_problems(document["cases"], backends, workloads)
    yield from _machine_problems(document)
    yield from _block_problems(document)
    yield from _unmeasured(document)


def _named_once(document: dict, kind: str, names: Names) -> Iterator[str]:
    for index, entry in enumerate(document[kind]):
        if entry["name"] in names:
            yield f"/{kind}/{index}/name: {shown(entry['name'])} stands there twice"
        names.add(entry["name"])


def _case_problems(entries: list[dict], backends: Names, workloads: Names) -> Iterator[str]:
    if not entries:
        yield "/cases: there is none: nothing was to be measured"
    ids: Names = set()
    for index, entry in enumerate(entries):
        place = f"/cases/{index}"
        if entry["id"] in ids:
            yield f"{place}/id: {shown(entry['id'])} stands there twice"
        ids.add(entry["id"])
        if entry["id"] != f"{entry['group']}|{entry['arm']}":
            yield f"{place}/id: {shown(entry['id'])} is not its group and arm"
        if entry["backend"] not in backends:
            yield f"{place}/backend: {shown(entry['backend'])} is not described under /backends"
        if entry["workload"] not in workloads:
            yield f"{place}/workload: {shown(entry['workload'])} is not described under /workloads"
        if entry["status"] != "measured" and not entry["reason"]:
            yield f"{place}/reason: the case is {entry['status']} and says no reason"


def _machine_problems(document: dict) -> Iterator[str]:
    """Nothing may be compared across machines, so a group belongs to one of them, and so do its blocks."""
    count = len(document.get("machines", ())) or 1
    of_group: dict[str, int] = {}
    for kind in ("cases", "blocks"):
        for index, entry in enumerate(document[kind]):
            machine = entry.get("machine", 0)
            first = of_group.setdefault(entry["group"], machine)
            if machine >= count:
                yield f"/{kind}/{index}/machine: is {machine}, and the file has {count} machines"
            elif machine != first:
                yield (f"/{kind}/{index}/machine: is {machine}, but {shown(entry['group'])} begins with machine {first}: "
                       "one group holds two machines")
    for index, part in enumerate(document.get("parts", ())):
        if part["machine"] >= count:
            yield f"/parts/{index}/machine: is {part['machine']}, and the file has {count} machines"


def _block_problems(document: dict) -> Iterator[str]:
    group_of = {}
    for case in document["cases"]:
        group_of.setdefault(case["id"], case["group"])
    groups = {case["group"] for case in document["cases"]}
    seen: set[tuple[str, int]] = set()
    for index, block in enumerate(document["blocks"]):
        place, group, number = f"/blocks/{index}", block["group"], block["number"]
        if block["index"] != index:
            yield f"{place}/index: is not its position"
        if group not in groups:
            yield f"{place}/group: there is no case of group {shown(group)}"
        if (group, number) in seen:
            yield f"{place}/number: {number} stands twice in group {shown(group)}"
        seen.add((group, number))
        for position, entry in enumerate(block["slices"]):
            yield from _slice_problems(f"{place}/slices/{position}", entry, group, group_of)


def _slice_problems(place: str, entry: dict, group: str, group_of: dict[str, str]) -> Iterator[str]:
    if entry["case"] not in group_of:
        yield f"{place}/case: there is no case {shown(entry['case'])}"
        return
    if group_of[entry["case"]] != group:
        yield f"{place}/case: is of another group than its block"
    if entry["operations"] == 0:
        yield f"{place}/operations: is 0: nothing was done"
    if entry["wall_ns"] == 0:
        yield f"{place}/wall_ns: is 0: it took no time"


def _unmeasured(document: dict) -> Iterator[str]:
    sampled = {entry["case"] for block in document["blocks"] if not block["dropped"]
               for entry in block["slices"] if entry["mode"] == "throughput"}
    for index, case in enumerate(document["cases"]):
        if case["status"] == "measured" and case["id"] not in sampled:
            yield f"/cases/{index}: is measured, but no kept block has a throughput slice of it"
