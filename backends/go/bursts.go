package main

// W36: when the frames of many tenants come, as workloads/traffic/bursts.cpp has it, to the last bit.

func tenthRoot(number float64) float64 {
	low, high := 1.0, 2.0
	for i := 0; i < 50; i++ {
		middle := (low + high) * 0.5
		squared := middle * middle
		toTheFourth := squared * squared
		if float64(float64(toTheFourth*toTheFourth)*squared) <= number {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func burstShares(values parameters) []uint64 {
	tenants, frames := values["streams"], values["frames"]
	weights := make([]uint64, tenants)
	total := uint64(0)
	for tenant := range weights {
		root := tenthRoot(float64(tenant + 1))
		product := 1.0
		for i := uint64(0); i < values["skew"]; i++ {
			product *= root
		}
		weights[tenant] = uint64(float64(uint64(1)<<40) / product)
		total += weights[tenant]
	}
	left := frames
	for tenant := range weights {
		weights[tenant] = frames * weights[tenant] / total
		left -= weights[tenant]
	}
	for i := uint64(0); i < left; i++ {
		weights[i%tenants]++
	}
	return weights
}

func roundsOn(values parameters, tenant uint64) (on []uint64) {
	state := mix(values["pattern"] + tenant)
	draw := func(below uint64) uint64 {
		state += 0x9e3779b97f4a7c15
		return mix(state) % below
	}
	rounds := values["rounds"]
	for round := draw(values["gap"] + 1); round < rounds; {
		end := round + 1 + draw(values["burst"])
		if end > rounds {
			end = rounds
		}
		for ; round < end; round++ {
			on = append(on, round)
		}
		round = end + 1 + draw(values["gap"])
	}
	if on == nil {
		on = []uint64{tenant % rounds}
	}
	return on
}

// Frames of tenant t in round r at r * tenants + t.
func burstPlan(values parameters) []uint64 {
	tenants := values["streams"]
	plan := make([]uint64, values["rounds"]*tenants)
	for tenant, share := range burstShares(values) {
		on := roundsOn(values, uint64(tenant))
		count := uint64(len(on))
		for i, round := range on {
			plan[round*tenants+uint64(tenant)] = share*uint64(i+1)/count - share*uint64(i)/count
		}
	}
	return plan
}
