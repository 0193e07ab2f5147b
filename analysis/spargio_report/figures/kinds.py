"""The kinds of figure, in the order in which a report shows them, and what a run must hold for each.

Kept apart from the drawing, so that the command line knows the names without loading matplotlib.
"""

# kind -> why a run has none of it
FIGURE_KINDS = {
    "tornado": "the file is of no sweep (spargio-bench sweep -w WORKLOAD -b BACKEND -k knob=v1,v2)",
    "gains": "no arm of ours without knobs was measured against a rival",
    "forest": "no two arms were measured in the same blocks",
    "heatmap": "no arm of ours was measured against another one",
    "cost": "no case has two measured arms",
    "percentiles": "no case has two arms with a latency histogram of 100 operations or more",
    "load": "no workload was measured at two or more offered rates (-w net/open_loop -p rate=1000,4000,16000)",
    "scaling": "no parameter or knob that is a number has two or more values for the same arm "
               "(-p connections=64,256,1024, or -k shards=1,2,4)",
    "tradeoff": "no case has two arms with a p99 (1,000 recorded operations or more) and a peak memory",
    "strips": "no two arms were measured in the same blocks",
}
