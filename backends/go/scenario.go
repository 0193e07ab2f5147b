package main

// Opens a session. The one place that reads a workload's name.
func open(workload string, values parameters, port uint16) (session, error) {
	switch workload {
	case "ping_pong/steady_rtt":
		return &steadyRtt{rounds: values["rounds"]}, nil
	case "ping_pong/tasks_rtt":
		return &tasksRtt{rounds: values["rounds"]}, nil
	case "ping_pong/one_way_drain":
		return openOneWayDrain(values), nil
	case "ping_pong/cold_start":
		return nil, unsupported("Go's runtime starts with the process and cannot be stopped, so there is no start to measure")
	case "fanout/balanced", "fanout/skewed":
		return openFanout(values), nil
	case "fanout/hotkey_rotation":
		return openKeyedFanout(values), nil
	case "fanout/skynet":
		return &forkJoin{root: skynetCall(values["leaves"]), operations: values["leaves"]}, nil
	case "fanout/fib":
		return &forkJoin{root: fibCall(values["n"]), operations: callsOfFib(values["n"])}, nil
	case "fs/read_rtt", "fs/read_depth", "fs/write_depth":
		return openData(values)
	case "fs/metadata_storm":
		return openStorm(values)
	case "net/echo_rtt", "net/stream_window":
		return openStreams(single, values, port)
	case "net/imbalanced", "net/hotspot_rotation", "net/keyed_hotspot":
		return openStreams(hotspot, values, port)
	case "net/pipeline_hotspot":
		return openStreams(even, values, port)
	case "net/bursty_tenants":
		return openStreams(bursts, values, port)
	case "net/churn":
		return openChurn(values, port)
	case "serve/echo", "serve/pipelined":
		return openServe(echoes, values, port)
	case "serve/skewed":
		return openServe(works, values, port)
	case "serve/fanout":
		return openServe(forks, values, port)
	case "serve/http":
		return openServe(talks, values, port)
	case "net/open_loop":
		return openOpenLoop(values, port)
	case "net/connections":
		return openConnections(values, port)
	case "mixed/io_cpu":
		return openMixed(values, port)
	case "idle/park":
		return idle{}, nil
	case "harness/empty":
		return nil, unsupported("the empty workload shows the harness's own cost, which the floor measures; no runtime takes part in it")
	}
	return nil, unsupported("the go backend has no form of " + workload)
}
