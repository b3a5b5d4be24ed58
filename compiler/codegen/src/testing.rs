//! Random models and rows, for tests of this crate and of those that use it: everything that LightGBM's text can say of a tree, and
//! values at the edges of all of it. Random programs of row expressions ([`programs`]) and what they give ([`reference`]).

use std::fmt::Write as _;
use std::time::Instant;

pub mod programs;
pub mod reference;
pub use programs::Case;

/// How long some work on rows takes: the best of so many runs, in nanoseconds a row.
pub fn nanoseconds(runs: usize, rows: usize, mut work: impl FnMut()) -> f64 {
    let of_run = |()| {
        let started = Instant::now();
        work();
        started.elapsed().as_nanos() as f64 / rows as f64
    };
    std::iter::repeat_n((), runs).map(of_run).fold(f64::INFINITY, f64::min)
}

/// What a random model is like.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Trees.
    pub trees: usize,
    /// The most leaves of a tree.
    pub leaves: usize,
    /// Features of a row.
    pub features: usize,
    /// Trees of a round.
    pub outputs: usize,
    /// The share of splits by category, in percent.
    pub categories: u64,
    /// Whether each split is of the last leaf: as deep as a tree can be.
    pub chain: bool,
}

/// A small generator (Knuth's MMIX constants), so that a seed says everything.
pub struct Random(u64);

impl Random {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }

    pub(crate) fn place(&mut self, bound: usize) -> usize {
        self.below(bound as u64) as usize
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        self.below(1 << 31) as f64 / (1_u64 << 31) as f64
    }
}

/// Thresholds beside random ones.
const EDGES: [f64; 14] = [
    -f64::MAX,
    -2.0,
    -1.0,
    -0.5,
    -1e-35_f32 as f64,
    -1e-36,
    -0.0,
    0.0,
    1e-36,
    1e-35_f32 as f64,
    0.5,
    1.0,
    31.0,
    f64::MAX,
];

/// Values of features beside random ones and thresholds.
const VALUES: [f64; 16] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -0.0,
    0.0,
    1e-300,
    -1e-36,
    2e-35,
    -0.5,
    -1.0,
    1.5,
    32.0,
    2_147_483_648.0,
    4_294_967_297.0,
    1e300,
    f64::MIN_POSITIVE,
];

/// A model in LightGBM's text. It has no objective, so that its answers are its sums.
#[must_use]
pub fn model(seed: u64, shape: &Shape) -> String {
    let mut random = Random::new(seed);
    let names: Vec<_> = (0..shape.features).map(|feature| format!("f{feature}")).collect();
    let mut text = format!(
        "tree\nversion=v4\nnum_class={outputs}\nnum_tree_per_iteration={outputs}\nlabel_index=0\nmax_feature_idx={last}\n\
         feature_names={names}\nfeature_infos={infos}\n\n",
        outputs = shape.outputs,
        last = shape.features - 1,
        names = names.join(" "),
        infos = vec!["[0:1]"; shape.features].join(" "),
    );
    for place in 0..shape.trees.next_multiple_of(shape.outputs) {
        let leaves = 1 + random.place(shape.leaves);
        let _ = write!(text, "Tree={place}\n{}\n\n", tree(&mut random, leaves, shape));
    }
    text + "end of trees\n\nend of parameters\n\npandas_categorical:null\n"
}

fn tree(random: &mut Random, leaves: usize, shape: &Shape) -> String {
    let splits = leaves - 1;
    let (mut left, mut right) = (vec![0_i64; splits], vec![0_i64; splits]);
    // Where each leaf hangs: the node, and whether on its left.
    let mut hangs: Vec<Option<(usize, bool)>> = vec![None];
    let (mut features, mut thresholds, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut bounds, mut words) = (vec![0], Vec::new());
    for node in 0..splits {
        let leaf = if shape.chain { node } else { random.place(node + 1) };
        match hangs[leaf] {
            Some((parent, true)) => left[parent] = node as i64,
            Some((parent, false)) => right[parent] = node as i64,
            None => {}
        }
        (left[node], right[node]) = (!(leaf as i64), !(node as i64 + 1));
        hangs[leaf] = Some((node, true));
        hangs.push(Some((node, false)));
        features.push(random.place(shape.features));
        if random.below(100) < shape.categories {
            thresholds.push((bounds.len() - 1) as f64);
            decisions.push(1);
            let length = 1 + random.place(12);
            words.extend((0..length).map(|_| random.below(1 << 31) as u32 & random.below(1 << 31) as u32));
            bounds.push(words.len());
        } else {
            let edge = random.below(3) == 0;
            let threshold = if edge { EDGES[random.place(EDGES.len())] } else { random.uniform() };
            thresholds.push(threshold);
            decisions.push(2 * random.below(2) + 4 * random.below(3));
        }
    }
    let values: Vec<f64> =
        (0..leaves).map(|_| (random.uniform() - 0.5) * 10.0_f64.powi(random.place(9) as i32 - 4)).collect();
    let mut text = format!("num_leaves={leaves}\nnum_cat={}\n", bounds.len() - 1);
    let mut line = |name: &str, numbers: String| {
        let _ = writeln!(text, "{name}={numbers}");
    };
    line("split_feature", joined(&features));
    line("threshold", joined(&thresholds.iter().map(|number| format!("{number:?}")).collect::<Vec<_>>()));
    line("decision_type", joined(&decisions));
    line("left_child", joined(&left));
    line("right_child", joined(&right));
    line("leaf_value", joined(&values.iter().map(|number| format!("{number:?}")).collect::<Vec<_>>()));
    if bounds.len() > 1 {
        line("cat_boundaries", joined(&bounds));
        line("cat_threshold", joined(&words));
    }
    line("is_linear", "0".into());
    line("shrinkage", "1".into());
    text
}

fn joined(numbers: &[impl ToString]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Rows of a matrix, row after row.
#[must_use]
pub fn rows(seed: u64, rows: usize, features: usize) -> Vec<f64> {
    let mut random = Random::new(!seed);
    let mut value = || match random.below(8) {
        0 => VALUES[random.place(VALUES.len())],
        1 => EDGES[random.place(EDGES.len())],
        2 | 3 => random.below(400) as f64,
        4 => random.uniform() * 40.0 - 4.0,
        _ => random.uniform(),
    };
    (0..rows * features).map(|_| value()).collect()
}
