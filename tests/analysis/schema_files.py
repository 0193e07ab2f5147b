"""Result files made at random from the published schema: a sound one, of which any value becomes any other that is allowed."""

import copy
import json
import random

import builder

SCHEMA = json.loads((builder.ROOT / "results" / "schema" / "result-v1.schema.json").read_text(encoding="utf-8"))
INTEGERS = (0, 1, -1, 2, 7, 999, 1_000, 10_000, 2**31, 2**53, 2**63 - 1, -2**63)
NUMBERS = (*INTEGERS[:8], 0.5, -0.5, 5e-324, 1e308, -1e308, 1e-9)
TEXTS = ("", " ", "x", "a|b", "a#2", "x@base", "😀 漢字", "\n", "\t|\r", "\x1b[31mred", "\x00", "<script>alert(1)</script>", "[b=c]",
         "$x^2$", "$\\frac", "%s {} {0}", "../../x", "y" * 3000, "\u202e", "\ud7ff\ufffd", "1e5", "-1", "nan", "`", "\"'\\")
# Names that other places of a file repeat: they are changed everywhere at once.
NAMES = ("name", "backend", "workload", "group", "arm", "case", "id", "baseline", "winner")


def resolved(schema):
    return SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def any_value(schema, rng):
    """Of a schema of a single value; of a list or an object None, which is never what it allows."""
    schema = resolved(schema)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if "const" in schema:
        return schema["const"]
    kinds = schema.get("type", "object")
    kind = rng.choice(kinds if isinstance(kinds, list) else [kinds])
    if kind == "integer":
        return rng.choice([value for value in INTEGERS if value >= schema.get("minimum", value)])
    return {"number": lambda: rng.choice(NUMBERS), "string": lambda: rng.choice(TEXTS), "boolean": lambda: rng.random() < 0.5,
            "null": lambda: None}.get(kind, lambda: NotImplemented)()


def places(document, schema, path=()):
    """(holder, key, its schema, path, whether it may be left out) of everything in the document that the schema describes."""
    schema = resolved(schema)
    if "oneOf" in schema:
        schema = next((one for one in schema["oneOf"] if (one.get("type") == "null") == (document is None)), {})
    if isinstance(document, dict):
        for key, value in document.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            if isinstance(inner, dict) and inner:
                yield document, key, inner, (*path, key), key not in schema.get("required", ())
                yield from places(value, inner, (*path, key))
    elif isinstance(document, list) and isinstance(schema.get("items"), dict):
        for index, value in enumerate(document):
            yield document, index, schema["items"], (*path, index), False
            yield from places(value, schema["items"], (*path, index))


def changed(document, rng, changes):
    document = copy.deepcopy(document)
    for _ in range(changes):
        if rng.random() < 0.25:
            document = renamed(document, rng)
            continue
        if rng.random() < 0.3 and document["blocks"]:  # what is one of thousands is reached as often as what is one
            found = list(places(rng.choice(document["blocks"]), SCHEMA["properties"]["blocks"]["items"]))
        else:
            found = list(places({**document, "blocks": []}, SCHEMA))
        holder, key, schema, path, optional = rng.choice(found)
        if path == ("schema_version",) or key in NAMES:
            continue
        if isinstance(holder.get(key) if isinstance(holder, dict) else holder[key], list) and rng.random() < 0.5:
            holder[key][:] = holder[key][:rng.randrange(2)]
        elif optional and rng.random() < 0.5:
            del holder[key]
        else:
            value = any_value(schema, rng)
            if value is not NotImplemented:
                holder[key] = value
    return document


def renamed(document, rng):
    """A group, an arm, a workload or a backend under another name, in every place that says it."""
    case = rng.choice(document["cases"]) if document["cases"] else {"group": "x", "arm": "x", "workload": "x", "backend": "x"}
    kind = rng.choice(("group", "arm", "workload", "backend"))
    old, new = case[kind], rng.choice(TEXTS) + rng.choice(("", "x", "y"))

    def walk(value, key):
        if isinstance(value, dict):
            return {name: walk(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, key) for inner in value]
        if value == old and key == kind or (value == old and key == "name" and kind in ("workload", "backend")):
            return new
        if isinstance(value, str) and key in ("id", "case"):
            group, bar, arm = value.rpartition("|")
            if kind == "group" and group == old:
                return new + bar + arm
            if kind == "arm" and arm == old:
                return group + bar + new
        return value
    return walk(document, "")


def bases():
    """One file of each form that there is, small enough to be drawn."""
    arms = [builder.Arm("spargio", 500, latency=True), builder.Arm("asio", 1000, latency=True), builder.Arm("floor", 400),
            builder.Arm("asio#2", 1000), builder.Arm("tbb", 1, status="unavailable", reason="not built")]
    plain = builder.make_run([builder.Group("ping_pong/steady_rtt", arms, blocks=6), builder.Group("net/open_loop", [
        builder.Arm("spargio", 900, latency=True), builder.Arm("libuv[loops=1]", 800, latency=True)], {"rate": "10"}, 6)])
    plain["warnings"] = [{"code": "near_overhead", "case": plain["cases"][0]["id"], "text": "small"}]
    merged = copy.deepcopy(plain)
    merged["machines"] = [{"name": name, "environment": plain["environment"]} for name in ("machine1", "machine2")]
    merged["parts"] = [{"machine": 0, "tool": plain["tool"], "run": plain["run"]}]
    based = builder.make_run([builder.Group("fs/read_rtt", [builder.Arm("spargio", 100), builder.Arm("spargio@base", 100)], blocks=8)])
    based["run"]["base_build"] = {"path": "/x", "tool": dict(based["tool"])}
    golden = json.loads((builder.ROOT / "results" / "schema" / "golden" / "result-1.0.json").read_text(encoding="utf-8"))
    return [plain, merged, based, golden]


def made(seed):
    """The file of a seed, as text."""
    rng = random.Random(seed)
    return json.dumps(changed(rng.choice(bases()), rng, rng.choice((1, 2, 5, 20))))
