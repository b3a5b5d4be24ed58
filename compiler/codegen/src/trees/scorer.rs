//! Scoring: which form of the trees answers, by the model, the machine and the number of rows.

use std::fmt;
use std::sync::Arc;

use super::codes::{Codes, STRIP};
use super::jump::{Jump, RowCodes};
use super::sliced::{Forest, Masks, ROWS};
use super::walk::{self, LANES, Walk};
use super::{Ensemble, Machine, Matrix, Unread};

/// A way to score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The plain walk that says what a score is.
    Interpreter,
    /// Several walks over bytes in flight.
    Walk,
    /// A bit a row and node, in blocks of rows.
    Sliced,
    /// All nodes of a tree at once, row by row.
    Jump,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Interpreter, Self::Walk, Self::Sliced, Self::Jump];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter",
            Self::Walk => "walk",
            Self::Sliced => "sliced",
            Self::Jump => "jump",
        }
    }
}

/// Up to 64 rows cost a block what its nodes cost; a row alone costs what its trees cost. So many rows for each node of a mean tree are
/// scored sooner one by one, by jumps or by walks (measured, see docs/native.md).
const ONE_BY_ONE: f64 = 0.6;
const WALKED_ONE_BY_ONE: f64 = 0.2;

/// A model made ready. Every layout gives the same bits.
pub struct Scorer {
    ensemble: Ensemble,
    machine: Machine,
    codes: Codes,
    walks: Vec<Walk>,
    sliced: Forest,
    jump: Option<Jump>,
    /// Nodes of a tree, in the mean.
    mean_nodes: f64,
}

/// Rows, or room for scores, of another size than the model's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit(String);

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

impl Scorer {
    /// Makes a model ready for this machine.
    ///
    /// # Errors
    /// [`Ensemble::check`]'s.
    pub fn new(ensemble: Ensemble) -> Result<Self, Unread> {
        Self::for_machine(ensemble, Machine::detect())
    }

    /// The same with no more than some machine can do.
    ///
    /// # Errors
    /// [`Ensemble::check`]'s.
    pub fn for_machine(ensemble: Ensemble, machine: Machine) -> Result<Self, Unread> {
        ensemble.check()?;
        let machine = machine.min(Machine::detect());
        let (codes, tests) = Codes::new(&ensemble);
        // Places within a block are numbers of 32 bits.
        if u32::try_from(codes.columns * ROWS).is_err() {
            let columns = codes.columns;
            return Err(Unread::Unsupported(format!("a model that needs {columns} columns of bytes")));
        }
        let sliced = Forest::new(machine, &ensemble, &tests);
        let walks = ensemble.trees.iter().zip(&tests).map(|(tree, tests)| Walk::new(tree, tests)).collect();
        let jump = Jump::new(machine, &ensemble, &codes, &tests);
        let nodes: usize = ensemble.trees.iter().map(|tree| tree.nodes.len()).sum();
        let mean_nodes = nodes as f64 / ensemble.trees.len().max(1) as f64;
        Ok(Self { ensemble, machine, codes, walks, sliced, jump, mean_nodes })
    }

    /// The model.
    #[must_use]
    pub fn ensemble(&self) -> &Ensemble {
        &self.ensemble
    }

    /// How so many rows at once are scored.
    #[must_use]
    pub fn layout(&self, rows: usize) -> Layout {
        let few = |share: f64| (rows as f64) < share * self.mean_nodes;
        match (&self.jump, self.machine) {
            (Some(_), _) if rows <= 1 || few(ONE_BY_ONE) => Layout::Jump,
            (_, Machine::Portable) => Layout::Walk,
            (None, _) if rows <= 1 || few(WALKED_ONE_BY_ONE) => Layout::Walk,
            _ => Layout::Sliced,
        }
    }

    /// Whether a layout can be had for this model on this machine.
    #[must_use]
    pub fn has(&self, layout: Layout) -> bool {
        layout != Layout::Jump || self.jump.is_some()
    }
}

/// What scoring needs beside the model: one for each thread.
pub struct Session {
    scorer: Arc<Scorer>,
    /// The bytes of a block, column after column.
    block: Vec<u8>,
    sums: Vec<[f64; ROWS]>,
    masks: Masks,
    row: Box<RowCodes>,
    row_bytes: Vec<u8>,
    classes: Vec<u32>,
    /// A row that had to be gathered; made when it is needed, since files tell of any number of features.
    values: Vec<f64>,
}

impl Session {
    /// For a model.
    #[must_use]
    pub fn new(scorer: Arc<Scorer>) -> Self {
        Self {
            block: Vec::new(),
            sums: Vec::new(),
            masks: Masks::default(),
            row: Box::new(RowCodes([0; super::jump::COLUMNS])),
            row_bytes: vec![0; scorer.codes.columns.max(1)],
            classes: vec![0; scorer.codes.classes().count()],
            values: Vec::new(),
            scorer,
        }
    }

    /// The sums of all trees' answers for each row, row after row, the outputs of a row side by side.
    ///
    /// # Errors
    /// Where the matrix has other features than the model, or `into` no room for exactly these numbers.
    pub fn raw(&mut self, matrix: &Matrix<'_>, into: &mut [f64]) -> Result<(), Misfit> {
        self.raw_by(self.scorer.layout(matrix.rows()), matrix, into)
    }

    /// [`Self::raw`] and what the objective makes of it.
    ///
    /// # Errors
    /// As [`Self::raw`].
    pub fn predict(&mut self, matrix: &Matrix<'_>, into: &mut [f64]) -> Result<(), Misfit> {
        self.raw(matrix, into)?;
        let Ensemble { outputs, transform, .. } = self.scorer.ensemble;
        into.chunks_exact_mut(outputs).for_each(|row| transform.apply(row));
        Ok(())
    }

    /// [`Self::raw`] by a layout that is not chosen but told.
    ///
    /// # Errors
    /// As [`Self::raw`], and where the layout cannot be had ([`Scorer::has`]).
    pub fn raw_by(&mut self, layout: Layout, matrix: &Matrix<'_>, into: &mut [f64]) -> Result<(), Misfit> {
        let scorer = Arc::clone(&self.scorer);
        let Ensemble { outputs, features, .. } = scorer.ensemble;
        if matrix.columns() != features || matrix.rows().checked_mul(outputs) != Some(into.len()) {
            return Err(Misfit(format!(
                "{} rows of {} features do not become {} numbers by a model of {features} features and {outputs} outputs",
                matrix.rows(),
                matrix.columns(),
                into.len()
            )));
        }
        match layout {
            Layout::Jump if scorer.jump.is_none() => {
                return Err(Misfit("the layout `jump` needs AVX-512 with VBMI, and trees of at most 64 nodes".into()));
            }
            Layout::Interpreter | Layout::Jump => {
                for (row, into) in into.chunks_exact_mut(outputs).enumerate() {
                    self.one(layout, matrix, row, into);
                }
            }
            Layout::Walk if matrix.rows() < LANES => {
                for (row, into) in into.chunks_exact_mut(outputs).enumerate() {
                    self.one(layout, matrix, row, into);
                }
            }
            Layout::Walk | Layout::Sliced => {
                for first in (0..matrix.rows()).step_by(ROWS) {
                    let rows = ROWS.min(matrix.rows() - first);
                    self.block(layout, matrix, first, &mut into[first * outputs..(first + rows) * outputs]);
                }
            }
        }
        Ok(())
    }

    /// The sums of one row.
    fn one(&mut self, layout: Layout, matrix: &Matrix<'_>, row: usize, into: &mut [f64]) {
        let mut values = std::mem::take(&mut self.values);
        values.resize(matrix.columns(), 0.0);
        let of_row = matrix.row(row, &mut values);
        match layout {
            Layout::Interpreter => self.scorer.ensemble.raw(of_row, into),
            _ => self.row_by(layout, of_row, into),
        }
        self.values = values;
    }

    fn row_by(&mut self, layout: Layout, row: &[f64], into: &mut [f64]) {
        let scorer = &*self.scorer;
        let arithmetic = scorer.ensemble.arithmetic;
        into.copy_from_slice(&scorer.ensemble.base);
        match &scorer.jump {
            Some(jump) if layout == Layout::Jump => {
                scorer.codes.encode_row(row, &mut self.row.0, &mut self.classes);
                jump.add(&self.row, &self.classes, arithmetic, into);
            }
            _ => {
                scorer.codes.encode_row(row, &mut self.row_bytes, &mut self.classes);
                scorer.codes.spread(&self.classes, &mut self.row_bytes);
                for trees in scorer.walks.chunks(LANES) {
                    let mut answers = [0.0; LANES];
                    walk::answers(trees, &self.row_bytes, &mut answers);
                    for (tree, answer) in trees.iter().zip(answers) {
                        into[tree.output] = arithmetic.sum(into[tree.output], answer);
                    }
                }
            }
        }
    }

    /// The sums of one row of [`Ensemble::features`] values, in the fastest way for one.
    ///
    /// # Errors
    /// As [`Self::raw`].
    pub fn raw_row(&mut self, row: &[f64], into: &mut [f64]) -> Result<(), Misfit> {
        let Ensemble { outputs, features, .. } = self.scorer.ensemble;
        if row.len() != features || into.len() != outputs {
            let (given, room) = (row.len(), into.len());
            return Err(Misfit(format!(
                "{given} values do not become {room} numbers by a model of {features} features and {outputs} outputs"
            )));
        }
        self.row_by(self.scorer.layout(1), row, into);
        Ok(())
    }

    /// The sums of a block of rows.
    fn block(&mut self, layout: Layout, matrix: &Matrix<'_>, first: usize, into: &mut [f64]) {
        let scorer = &*self.scorer;
        let Ensemble { outputs, arithmetic, .. } = scorer.ensemble;
        let rows = into.len() / outputs;
        if self.sums.is_empty() {
            // A set without members looks at the first two columns, whatever they hold.
            self.block = vec![0; scorer.codes.columns.max(2) * ROWS];
            self.sums = vec![[0.0; ROWS]; outputs];
            self.masks = scorer.sliced.masks();
        }
        let is_sliced = layout == Layout::Sliced;
        for strip in (0..rows).step_by(STRIP) {
            let count = STRIP.min(rows - strip);
            let needed = |feature| !is_sliced || scorer.sliced.reads(feature);
            if is_sliced {
                scorer.sliced.ask_rows(matrix, first + strip, count, strip / STRIP, &mut self.masks);
            }
            let strip_rows = first + strip..first + strip + count;
            scorer.codes.encode(scorer.machine, matrix, strip_rows, needed, &mut self.block[strip..], ROWS);
        }
        for (sums, base) in self.sums.iter_mut().zip(&scorer.ensemble.base) {
            sums.fill(*base);
        }
        let words = rows.div_ceil(64);
        if is_sliced {
            scorer.sliced.ask_bytes(scorer.machine, &self.block, words, &mut self.masks);
        }
        for (walk, sliced) in scorer.walks.iter().zip(scorer.sliced.trees()) {
            let sums = &mut self.sums[walk.output];
            match sliced {
                Some(sliced) if is_sliced => {
                    sliced.add(scorer.machine, &self.block, words, &mut self.masks, arithmetic, sums);
                }
                _ => {
                    let mut leaves = [0; LANES];
                    for first in (0..rows).step_by(LANES) {
                        walk.leaves(&self.block, ROWS, first, &mut leaves);
                        for (row, leaf) in (first..).zip(leaves) {
                            let sum = &mut sums[if is_sliced { scorer.sliced.place(row) } else { row }];
                            *sum = arithmetic.sum(*sum, walk.answers[leaf as usize]);
                        }
                    }
                }
            }
        }
        for (output, sums) in self.sums.iter().enumerate() {
            for (into, sums) in into.chunks_mut(STRIP * outputs).zip(sums.as_chunks::<STRIP>().0) {
                let in_order = if is_sliced { scorer.sliced.in_order(sums) } else { *sums };
                if outputs == 1 {
                    into.copy_from_slice(&in_order[..into.len()]);
                    continue;
                }
                into.chunks_exact_mut(outputs).zip(in_order).for_each(|(row, sum)| row[output] = sum);
            }
        }
    }
}
