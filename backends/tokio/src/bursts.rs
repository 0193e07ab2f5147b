//! W36: when the frames of many tenants come, as workloads/traffic/bursts.cpp has it, to the last bit.

use crate::session::mix;

pub struct Options {
    pub tenants: u64,
    pub rounds: u64,
    pub frames: u64,
    pub burst: u64,
    pub gap: u64,
    pub skew_tenths: u64,
    pub pattern: u64,
}

fn tenth_root(number: f64) -> f64 {
    let (mut low, mut high) = (1f64, 2f64);
    for _ in 0..50 {
        let middle = (low + high) * 0.5;
        let squared = middle * middle;
        let to_the_fourth = squared * squared;
        if to_the_fourth * to_the_fourth * squared <= number {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn shares(options: &Options) -> Vec<u64> {
    let weight_of = |tenant: u64| {
        let root = tenth_root((tenant + 1) as f64);
        ((1u64 << 40) as f64 / (0..options.skew_tenths).fold(1.0, |product, _| product * root)) as u64
    };
    let weights: Vec<_> = (0..options.tenants).map(weight_of).collect();
    let total: u64 = weights.iter().sum();
    let mut all: Vec<_> = weights.iter().map(|weight| options.frames * weight / total).collect();
    let left = options.frames - all.iter().sum::<u64>();
    for i in 0..left {
        all[(i % options.tenants) as usize] += 1;
    }
    all
}

fn rounds_on(options: &Options, tenant: u64) -> Vec<u64> {
    let mut state = mix(options.pattern.wrapping_add(tenant));
    let mut draw = |below: u64| {
        state = state.wrapping_add(0x9e3779b97f4a7c15);
        mix(state) % below
    };
    let mut on = Vec::new();
    let mut round = draw(options.gap + 1);
    while round < options.rounds {
        let end = options.rounds.min(round + 1 + draw(options.burst));
        on.extend(round..end);
        round = end + 1 + draw(options.gap);
    }
    if on.is_empty() {
        on.push(tenant % options.rounds);
    }
    on
}

/// Frames of tenant t in round r at r * tenants + t.
pub fn plan(options: &Options) -> Vec<u64> {
    let mut plan = vec![0; (options.rounds * options.tenants) as usize];
    for (tenant, share) in shares(options).into_iter().enumerate() {
        let on = rounds_on(options, tenant as u64);
        let count = on.len() as u64;
        for (i, round) in (0..).zip(on) {
            plan[round as usize * options.tenants as usize + tenant] = share * (i + 1) / count - share * i / count;
        }
    }
    plan
}
