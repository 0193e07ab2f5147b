"""What stands below each kind of figure: how to read it, and what it does not say."""

TORNADO = ("A thick bar for each knob: from the lowest to the highest ratio of its values against the baseline, which stands "
           "at 1; blue left of it is better, hatched orange right of it is worse. Below it each value with its exact "
           "95 % interval, from the blocks of the first screening, which only rank. The star is the winner; the last "
           "row is its confirmation on blocks that no ranking has seen, filled where the whole interval is below 1. "
           "Expect it nearer to 1 than in the screening, which it won by luck as well.")
GAINS = ("What changes for one who uses the runtime of a column today: the time per operation of our plain arm over that of "
         "the arm of theirs that is hardest to beat in the case, chosen anew in each. Left of the line general runtimes, on which one "
         "writes a whole program, right of it specialists. Blue: ours is faster; bold and framed: "
         "slower; hatched: the 95 % interval contains 1, or there are too few blocks for one; dash: that runtime has no such "
         "case. (CPU): a workload of a given pace, judged by CPU time. Below, how many cases of each kind a column has.")
FOREST = ("Time per operation as a ratio, ours / other, from differences within blocks: left of 1 ours is "
          "faster. Points are Hodges-Lehmann estimates, bars exact 95 % intervals; hollow points are arms "
          "with knobs set, a cross marks an interval that contains 1, or too few blocks for one. The bracket "
          "is a gate: a pass lies wholly left of its limit; a red one failed, a dashed red one failed once and was "
          "not measured again. Workloads of a given pace (idle/park, net/open_loop) are judged by CPU time.")
HEATMAP = ("Time per operation of ours over the other's, colour on a log2 scale. Blue: ours is faster; "
           "orange: slower; bold and framed: slower than a rival; hatched: the 95 % interval "
           "contains 1, or there are too few blocks for one; dash: not a pair of this run. Below 0.01 the ratio "
           "stands as a fraction. Columns: general runtimes, specialists, the floor. Workloads of a given pace (idle/park, net/open_loop) are judged by CPU time.")
COST = ("User and system time of all threads of the arm's process for one operation, and what the CPUs that its "
        "workers may use had left over meanwhile (idle): medians over blocks. Each panel has a scale of its own. "
        "Where the pace is given (judged by CPU time) idling is no cost and is left out. The kernel "
        "splits user from system time by sampling; their sum is exact. Absolute times drift with the state of the "
        "machine: compare bars of one panel.")
PERCENTILES = ("Latency of single operations, all blocks together, from slices of their own. To the right one more "
               "nine each step: p90, p99, p99.9, and p95 between. A curve ends where fewer than ten operations lie beyond it. Low and "
               "flat is good. Hollow points are arms with knobs set. Shown, not judged.")
LOAD = ("Requests are sent at a fixed rate, whatever becomes of the earlier ones, and latency counts from when each was "
        "due. Where a line turns upwards its queue begins to grow; a cross marks a point at which less than 98 % of "
        "the offered rate went through. Above the median, then p95, below p99. Shown, not judged.")
SCALING = ("Median time per operation over blocks, bars from quartile to quartile. Points of one value come from "
           "the same blocks and compare well; points of different values do not, and may drift with the state of the "
           "machine. Dotted: what perfect scaling would give, where more CPUs are the parameter.")
TRADEOFF = ("To the right more operations per second, downwards a lower p99; the area of a point is the peak memory "
            "of the arm's process, which stands in its label. Best is low, right and small. Arms with fewer than "
            "1,000 recorded operations have no p99 and no point. Filled points are ours. Shown, not judged.")
STRIPS = ("Median time per operation of each arm, block by block in the order of the run; one column is one "
          "block. Below: CPU pressure, and whether the CPUs were near (short bar), far (tall bar) or changed "
          "state within the block (hatched).")
