//! Walks through node tables, eight in flight: without branches, the processor works on one while others wait for memory.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::FuncId;

use super::Uncompiled;
use super::emit::{Emit, FLOAT, WHOLE, fixed, sound};
use super::forest::{Forest, Sets};
use super::unit::{Seen, Unit};
use crate::trees::Ensemble;

/// Walks in flight: as many as hide what a load takes.
pub(super) const WALKS: usize = 8;

/// Where the tables of a forest stand, and what its walks need to know.
pub(super) struct Placed {
    nodes: i64,
    roots: i64,
    /// For each tree the place of its sum in the bytes of a row's sums.
    sums: i64,
    sets: i64,
    trees: usize,
    node: usize,
    kind: Sets,
    /// Bytes of the lanes of a row.
    row: usize,
    narrow: bool,
}

impl Placed {
    /// Puts the tables of a forest into the unit.
    pub(super) fn new(unit: &mut Unit, ensemble: &Ensemble, forest: &Forest) -> Self {
        let sums: Vec<u32> = ensemble.trees.iter().map(|tree| (tree.output * size_of::<f64>()) as u32).collect();
        Self {
            nodes: unit.tables.add(&forest.nodes, super::tables::ALIGNMENT),
            roots: unit.tables.words(&forest.roots),
            sums: unit.tables.words(&sums),
            sets: unit.tables.add(&forest.sets, 1),
            trees: forest.roots.len(),
            node: forest.node(),
            kind: forest.kind,
            row: forest.lanes.len() * size_of::<f64>(),
            narrow: ensemble.arithmetic.narrow_sums,
        }
    }

    /// One step of each walk from the nodes at `at`. `lanes` is where the lanes of the first walk's row are, and `apart` how far those
    /// of the next one's lie behind. Gives where the walks are then, and what is not 0 where one of them was at a node that is no leaf.
    fn step(&self, emit: &mut Emit<'_>, at: &[Value], lanes: Value, apart: usize) -> (Vec<Value>, Value) {
        let (nodes, sets) = (emit.table(self.nodes), emit.table(self.sets));
        let mut open = None;
        let mut next = Vec::with_capacity(at.len());
        for (walk, at) in at.iter().enumerate() {
            // What a node holds is asked for at once, ahead of what is computed for the walks before it: it comes later.
            let node = emit.b.ins().iadd(nodes, *at);
            let lane = emit.b.ins().uload32(fixed(), node, 8);
            let no = emit.b.ins().uload32(fixed(), node, 12);
            let value = emit.b.ins().iadd(lanes, lane);
            let offset = (walk * apart) as i32;
            let number = emit.b.ins().load(FLOAT, sound(), value, offset);
            let threshold = emit.b.ins().load(FLOAT, fixed(), node, 0);
            let mut yes = emit.is(FloatCC::LessThanOrEqual, number, threshold);
            if self.kind != Sets::None {
                let category = emit.b.ins().load(WHOLE, sound(), value, offset);
                let is_member = self.member(emit, node, category, sets);
                yes = emit.b.ins().bor(yes, is_member);
            }
            let yes = emit.b.ins().uextend(WHOLE, yes);
            let further = emit.times(yes, self.node as i64);
            next.push(emit.b.ins().iadd(no, further));
            open = Some(open.map_or(lane, |open| emit.b.ins().bor(open, lane)));
        }
        let open = open.unwrap_or_else(|| emit.whole(0));
        (next, open)
    }

    /// Whether a category is in the set of a node.
    fn member(&self, emit: &mut Emit<'_>, node: Value, category: Value, sets: Value) -> Value {
        let bits = if self.kind == Sets::Small {
            // Of the bits of a number, which is no category, the last six are taken; the set is empty then.
            let set = emit.b.ins().load(WHOLE, fixed(), node, 16);
            emit.b.ins().ushr(set, category)
        } else {
            let set = emit.b.ins().uload32(fixed(), node, 16);
            let end = emit.b.ins().uload32(fixed(), node, 20);
            let category = emit.b.ins().umin(category, end);
            let set = emit.b.ins().iadd(sets, set);
            let byte = emit.b.ins().ushr_imm_u(category, 3);
            let byte = emit.b.ins().iadd(set, byte);
            let byte = emit.b.ins().uload8(WHOLE, fixed(), byte, 0);
            let bit = emit.b.ins().band_imm_u(category, 7);
            emit.b.ins().ushr(byte, bit)
        };
        let bit = emit.b.ins().band_imm_u(bits, 1);
        emit.b.ins().ireduce(types::I8, bit)
    }

    /// The leaves that walks come to.
    fn walk(&self, emit: &mut Emit<'_>, roots: &[Value], lanes: Value, apart: usize) -> Vec<Value> {
        emit.repeat_while(roots, |emit, at| {
            let (next, open) = self.step(emit, at, lanes, apart);
            let goes_on = emit.is_whole(IntCC::NotEqual, open, 0);
            (next, goes_on)
        })
    }

    fn answer(&self, emit: &mut Emit<'_>, leaf: Value) -> Value {
        let nodes = emit.table(self.nodes);
        let leaf = emit.b.ins().iadd(nodes, leaf);
        emit.read(leaf)
    }

    /// Adds an answer to a sum in memory.
    fn add(&self, emit: &mut Emit<'_>, answer: Value, sum: Value, offset: usize) {
        let before = emit.load(sum, offset);
        let mut after = emit.b.ins().fadd(before, answer);
        if self.narrow {
            let narrow = emit.b.ins().fdemote(types::F32, after);
            after = emit.b.ins().fpromote(FLOAT, narrow);
        }
        emit.store(after, sum, offset);
    }

    /// `walk_rows_0(lanes, rows, sums)` and so on, by the number of the learner: adds the answers of all trees to the sums of rows, a multiple of [`WALKS`] of them; `outputs` is
    /// how many bytes those of a row are apart.
    pub(super) fn of_rows(&self, unit: &mut Unit, part: usize, outputs: usize) -> Result<FuncId, Uncompiled> {
        let address = unit.address();
        unit.define(&format!("walk_rows_{part}"), Seen::Here, &[address, WHOLE, address], &[], |emit, given| {
            let (lanes, rows, sums) = (given[0], given[1], given[2]);
            let trees = emit.whole(self.trees as i64);
            emit.each(trees, 1, |emit, tree| {
                let (root, of_tree) = (self.word(emit, self.roots, tree), self.word(emit, self.sums, tree));
                emit.each(rows, WALKS as i64, |emit, row| {
                    let lanes = emit.item(lanes, row, self.row);
                    let leaves = self.walk(emit, &[root; WALKS], lanes, self.row);
                    let sums = emit.item(sums, row, outputs);
                    let sums = emit.b.ins().iadd(sums, of_tree);
                    for (row, leaf) in leaves.into_iter().enumerate() {
                        let answer = self.answer(emit, leaf);
                        self.add(emit, answer, sums, row * outputs);
                    }
                    Ok(())
                })
            })?;
            emit.give(&[]);
            Ok(())
        })
    }

    /// `walk_trees_0(lanes, sums)` and so on: adds the answers of all trees to the sums of a row.
    pub(super) fn of_trees(&self, unit: &mut Unit, part: usize) -> Result<FuncId, Uncompiled> {
        let address = unit.address();
        unit.define(&format!("walk_trees_{part}"), Seen::Here, &[address, address], &[], |emit, given| {
            let (lanes, sums) = (given[0], given[1]);
            let whole = self.trees / WALKS * WALKS;
            if whole > 0 {
                let count = emit.whole(whole as i64);
                emit.each(count, WALKS as i64, |emit, first| {
                    self.several(emit, first, WALKS, lanes, sums);
                    Ok(())
                })?;
            }
            if whole < self.trees {
                let first = emit.whole(whole as i64);
                self.several(emit, first, self.trees - whole, lanes, sums);
            }
            emit.give(&[]);
            Ok(())
        })
    }

    /// Several trees from `first` on, for one row.
    fn several(&self, emit: &mut Emit<'_>, first: Value, count: usize, lanes: Value, sums: Value) {
        let trees: Vec<Value> = (0..count).map(|tree| emit.plus(first, tree as i64)).collect();
        let roots: Vec<Value> = trees.iter().map(|tree| self.word(emit, self.roots, *tree)).collect();
        let leaves = self.walk(emit, &roots, lanes, 0);
        for (tree, leaf) in trees.into_iter().zip(leaves) {
            let answer = self.answer(emit, leaf);
            let of_tree = self.word(emit, self.sums, tree);
            let sum = emit.b.ins().iadd(sums, of_tree);
            self.add(emit, answer, sum, 0);
        }
    }

    fn word(&self, emit: &mut Emit<'_>, table: i64, place: Value) -> Value {
        let table = emit.table(table);
        let word = emit.item(table, place, size_of::<u32>());
        emit.read_word(word)
    }
}
