"""The figures that slices yield, by name: those that a gate may hold, and those that a workload is judged by (M10)."""

# Of the one slice of a block that records latencies; a percentile of too few operations is not in the file (M10).
PERCENTILES = {"p50_ns": 1, "p90_ns": 1, "p95_ns": 200, "p99_ns": 1_000, "p999_ns": 10_000}
INSTRUCTIONS = "instructions_per_operation"
METRICS = ("wall_ns_per_operation", "cpu_ns_per_operation", "cpu_share", INSTRUCTIONS, *PERCENTILES)
JUDGED_METRIC = {"wall_time": "wall_ns_per_operation", "cpu_time": "cpu_ns_per_operation"}
