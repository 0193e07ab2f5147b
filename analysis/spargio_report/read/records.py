"""From the JSON of a result file, which the schema has found sound, to records: the one place that knows its keys."""

from dataclasses import fields
from math import ceil

from spargio_report.read.metrics import PERCENTILES
from spargio_report.read.model import (
    About,
    Backend,
    BaseBuild,
    Block,
    Case,
    Environment,
    Machine,
    Run,
    RunWarning,
    Slice,
    Stage,
    SweepPlan,
    Tool,
    Workload,
)


def build_run(path: str, document: dict, notes: list[str]) -> Run:
    backends = {entry["name"]: Backend(entry["name"], entry["kind"], entry["version"], entry["summary"],
                                       entry.get("plugin"), entry.get("digest"), _standing(entry))
                for entry in document["backends"]}
    workloads = {entry["name"]: Workload(entry["name"], entry["summary"], entry["operation"], entry["judged_by"],
                                         entry["measures_latency"],
                                         {item["name"]: item["default"] for item in entry["parameters"]})
                 for entry in document["workloads"]}
    environment = Environment.of(document["environment"])
    machines = tuple(Machine(entry["name"], Environment.of(entry["environment"])) for entry in document.get("machines", ()))
    return Run(path=path, schema_version=document["schema_version"], about=_about(document["run"]),
               tool=_tool(document["tool"]), environment=environment, backends=backends, workloads=workloads,
               cases={entry["id"]: _case(entry, backends) for entry in document["cases"]},
               blocks=[_block(entry) for entry in document["blocks"]],
               warnings=tuple(RunWarning(entry["code"], entry["case"], entry["text"]) for entry in document["warnings"]),
               notes=notes, machines=machines or (Machine("this machine", environment),), is_merged=bool(machines))


def _about(entry: dict) -> About:
    base, sweep = entry.get("base_build"), entry.get("sweep")
    return About(id=entry["id"], title=entry.get("title"), seed=entry["seed"], arguments=tuple(entry["arguments"]),
                 status=entry["status"], started_unix_ns=entry["started_unix_ns"],
                 slices_per_block=entry["slices_per_block"], slice_target_ns=entry["slice_target_ns"],
                 base_build=BaseBuild(base["path"], _tool(base["tool"])) if base else None,
                 sweep=_sweep(sweep) if sweep is not None else None,
                 missing_shards=tuple(entry.get("missing_shards", ())))


def _tool(entry: dict) -> Tool:
    return Tool(**{one.name: entry.get(one.name) for one in fields(Tool)})


def _sweep(entry: dict) -> SweepPlan:
    return SweepPlan(baseline=entry["baseline"], winner=entry["winner"], left_out=tuple(entry["left_out"]),
                     contradictory=tuple(one["arm"] for one in entry.get("contradictory", ())),
                     stages=tuple(Stage(one["kind"], one["group"]) for one in entry["stages"]))


def _standing(entry: dict) -> str:
    """Files from before schema 1.4 do not say it; there were these. Only what is of the kind floor is one."""
    if entry["kind"] == "floor":
        return "floor"
    said = entry.get("class")
    return said if said in ("general", "specialist") else "specialist" if entry["name"] in ("threads", "tbb") else "general"


def _case(entry: dict, backends: dict[str, Backend]) -> Case:
    return Case(id=entry["id"], group=entry["group"], workload=entry["workload"], parameters=entry["parameters"],
                arm=entry["arm"], backend=entry["backend"], kind=backends[entry["backend"]].kind,
                status=entry["status"], reason=entry["reason"], latency=_latency(entry["latency"]),
                peak_rss_bytes=entry["peak_rss_bytes"], paused_cpu_share=entry["paused_cpu_share"],
                injected=entry.get("injected_slowdown"), knobs=entry["knobs_effective"],
                knobs_given=entry["knobs_given"], repro=entry["repro"],
                machine=entry.get("machine", 0), of_base=entry.get("of_base", False),
                standing=backends[entry["backend"]].standing, waits=entry.get("waits"))


def _latency(entry: dict | None) -> dict | None:
    """Files from before schema 1.4 have no p95; their buckets give it, as the harness works it out."""
    if entry is None or "p95_ns" in entry:
        return entry
    wanted, seen, found = ceil(0.95 * entry["count"]), 0, entry["max_ns"]
    for value_ns, count in entry["buckets"]:
        seen += count
        if seen >= wanted:
            found = min(max(value_ns, entry["min_ns"]), entry["max_ns"])
            break
    return {**entry, "p95_ns": found if entry["count"] >= PERCENTILES["p95_ns"] else None}


def _block(entry: dict) -> Block:
    slices = tuple(Slice(item["case"], item["mode"], item["operations"], item["wall_ns"],
                         item["user_ns"] + item["system_ns"], item["user_ns"], item["system_ns"],
                         item["voluntary_switches"], item["instructions"], item.get("latency")) for item in entry["slices"])
    return Block(index=entry["index"], group=entry["group"], number=entry["number"],
                 pressure_share=entry["cpu_pressure_share"], foreign_share=entry["foreign_cpu_share"],
                 cache_line_before_ns=entry["probes_before"]["cache_line_round_trip_ns"],
                 cache_line_after_ns=entry["probes_after"]["cache_line_round_trip_ns"],
                 state_changed=entry["state_changed"], dropped=entry["dropped"], drop_reason=entry["drop_reason"],
                 slices=slices, machine=entry.get("machine", 0))
