package main

// What a slice of frames on connections is made of (W30 to W36), read from the parameters once.
type streamShape struct {
	streams, steps        uint64
	hotFrames, coldFrames uint64
	frameBytes            int
	window                uint64
	hotSteps, coldSteps   uint64
	rotation              uint64 // 0: nothing is computed
	messages              uint64
	batch                 int
	owners, keys          uint64
	vectored              bool
	arrivals              []uint64 // of each stream in each step, where they differ otherwise than by one that is hot
}

// How the frames are shared out, where the parameters alone do not say it.
type traffic int

const (
	single  traffic = iota // one stream carries all of them
	hotspot                // one stream carries more in a step; which, moves on
	even                   // each stream carries as many
	bursts                 // drawn beforehand, in bursts
)

// What the parameters say of their own names. What is not said is the plainest case.
func readStreamShape(values parameters) streamShape {
	return streamShape{
		streams:    values.or("streams", 1),
		steps:      values.or("steps_in_turn", 1),
		hotFrames:  values.or("hot_frames", 1),
		coldFrames: values.or("cold_frames", 0),
		frameBytes: int(values.or("frame_words", 1)) * wordBytes,
		window:     values.or("window", 1),
		hotSteps:   values.or("hot_steps", 0),
		coldSteps:  values.or("steps", 0),
		rotation:   values.or("rotation", 0),
		messages:   values.or("frame_messages", 0),
		batch:      int(values.or("batch", 1)),
		owners:     values.or("owners", 0),
		keys:       values.or("keys", 0),
		vectored:   values.or("write", 0) != 0,
	}
}

// The same, with what `frames` and `rounds` mean to the workload.
func shapeOf(kind traffic, values parameters) streamShape {
	shape := readStreamShape(values)
	switch kind {
	case single:
		shape.hotFrames = values["frames"]
	case even:
		shape.hotFrames, shape.coldFrames = values["frames"], values["frames"]
	case bursts:
		shape.steps = values["rounds"]
		shape.arrivals = burstPlan(values)
	}
	return shape
}

func (shape *streamShape) framesOf(stream, step uint64) uint64 {
	switch {
	case shape.arrivals != nil:
		return shape.arrivals[step*shape.streams+stream]
	case stream == step%shape.streams:
		return shape.hotFrames
	}
	return shape.coldFrames
}

func (shape *streamShape) workStepsOf(stream, frame uint64) uint64 {
	if frame/shape.rotation%shape.streams == stream {
		return shape.hotSteps
	}
	return shape.coldSteps
}
