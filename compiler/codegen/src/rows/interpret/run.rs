//! A program over a block of rows.

use super::block::Mask;
use super::lanes::{Operand, map, pick, spread, test};
use super::plan::{Place, Plan, Scratch};
use crate::rows::math::Math;
use crate::rows::{Column, Comparison, Constant, Kind, Op, Reg, RowFault, RowFaultKind, Values};

/// A block of rows, and what is known of it.
pub(super) struct Block<'a> {
    pub plan: &'a Plan,
    pub math: &'a Math,
    pub columns: &'a [Column<'a>],
    /// The first row.
    pub start: usize,
    pub rows: usize,
    pub scratch: &'a mut Scratch,
    /// The first row without a result.
    pub fault: Option<RowFault>,
}

impl Block<'_> {
    /// All operations of the program.
    #[inline(always)]
    pub(super) fn run(&mut self) {
        let plan = self.plan;
        for (place, op) in plan.program.ops.iter().enumerate() {
            if plan.needed[place] {
                self.operation(place, op);
            }
        }
    }

    #[inline(always)]
    fn operation(&mut self, place: usize, op: &Op) {
        match *op {
            Op::Column(column) => self.column(place, column as usize),
            Op::Constant(constant) => {
                let null = matches!(constant, Constant::Null(_));
                self.set_valid(place, null.then_some(Mask::NONE));
            }
            Op::Function(function, a) => self.function(place, function, a),
            Op::Float(operator, a, b) => self.float_operator(place, operator, a, b),
            Op::Int { op, left, right, used } => self.int_operator(place, op, left, right, used),
            Op::Narrow { width, of, used } => self.narrow(place, width, of, used),
            Op::Compare(comparison, a, b) => self.compare(place, comparison, a, b),
            Op::And(a, b) => self.connect(place, a, b, true),
            Op::Or(a, b) => self.connect(place, a, b, false),
            Op::Not(a) => {
                self.set_mask(place, self.mask(a).map(|word| !word));
                self.set_valid(place, self.valid(a).copied());
            }
            Op::IsNull(a) => {
                let null = self.valid(a).map_or(Mask::NONE, |valid| valid.map(|word| !word));
                self.set_mask(place, null);
                self.set_valid(place, None);
            }
            Op::Coalesce(a, b) => match self.valid(a).copied() {
                None => self.choose(place, &Mask::ALL, a, b),
                Some(first) => self.choose(place, &first, a, b),
            },
            Op::Select(condition, a, b) => {
                let holds = self.mask(condition);
                let holds = self.valid(condition).map_or(holds, |valid| holds.and(valid));
                self.choose(place, &holds, a, b);
            }
            Op::ToFloat(a) => {
                self.set_valid(place, self.valid(a).copied());
                let mut out = self.take_wide(place);
                if self.plan.kinds[a.place()] == Kind::Bool {
                    spread(self.rows, &self.mask(a), 1.0, 0.0, out.floats_mut());
                } else {
                    map(self.rows, self.ints(a), out.floats_mut(), |a| a as f64);
                }
                self.put_wide(place, out);
            }
            Op::ToInt(a) => {
                self.set_valid(place, self.valid(a).copied());
                let mut out = self.take_wide(place);
                spread(self.rows, &self.mask(a), 1, 0, out.ints_mut());
                self.put_wide(place, out);
            }
            Op::Whole(a) => self.whole(place, a),
            Op::IsFinite(a) => {
                let finite = test(self.rows, self.floats(a), self.floats(a), |a, _| a.is_finite());
                self.set_mask(place, finite);
                self.set_valid(place, self.valid(a).copied());
            }
        }
    }

    #[inline(always)]
    fn column(&mut self, place: usize, column: usize) {
        let Column { values, validity } = self.columns[column];
        let valid = validity.map(|bits| Mask::read(bits, self.start, self.rows));
        self.set_valid(place, valid.filter(|valid| !valid.has(self.rows)));
        let (start, rows) = (self.start, self.rows);
        macro_rules! widen {
            ($values:expr, $out:ident, $as:ty) => {{
                let mut out = self.take_wide(place);
                map(rows, Operand::Rows(&$values[start..start + rows]), out.$out(), <$as>::from);
                self.put_wide(place, out);
            }};
        }
        match values {
            Values::Bool(bits) => self.set_mask(place, Mask::read(bits, start, rows)),
            Values::I8(values) => widen!(values, ints_mut, i64),
            Values::I16(values) => widen!(values, ints_mut, i64),
            Values::I32(values) => widen!(values, ints_mut, i64),
            Values::U8(values) => widen!(values, ints_mut, i64),
            Values::U16(values) => widen!(values, ints_mut, i64),
            Values::U32(values) => widen!(values, ints_mut, i64),
            Values::F32(values) => widen!(values, floats_mut, f64),
            // Read where they are.
            Values::I64(_) | Values::F64(_) => {}
        }
    }

    #[inline(always)]
    fn compare(&mut self, place: usize, comparison: Comparison, a: Reg, b: Reg) {
        let rows = self.rows;
        macro_rules! compared {
            ($a:expr, $b:expr, $equal:expr, $less:expr) => {{
                let (a, b) = ($a, $b);
                match comparison {
                    Comparison::Equal => test(rows, a, b, $equal),
                    Comparison::NotEqual => test(rows, a, b, |a, b| !$equal(a, b)),
                    Comparison::Less => test(rows, a, b, $less),
                    Comparison::LessEqual => test(rows, a, b, |a, b| !$less(b, a)),
                    Comparison::Greater => test(rows, a, b, |a, b| $less(b, a)),
                    Comparison::GreaterEqual => test(rows, a, b, |a, b| !$less(a, b)),
                }
            }};
        }
        let mask = match self.plan.kinds[a.place()] {
            Kind::Float => compared!(
                self.floats(a),
                self.floats(b),
                |a: f64, b: f64| a == b || (a.is_nan() & b.is_nan()),
                |a: f64, b: f64| !(a.is_nan() | (a >= b))
            ),
            Kind::Int => compared!(self.ints(a), self.ints(b), |a: i64, b: i64| a == b, |a: i64, b: i64| a < b),
            Kind::Bool => {
                let (a, b) = (self.mask(a), self.mask(b));
                a.zip(&b, |a, b| match comparison {
                    Comparison::Equal => !(a ^ b),
                    Comparison::NotEqual => a ^ b,
                    Comparison::Less => !a & b,
                    Comparison::LessEqual => !a | b,
                    Comparison::Greater => a & !b,
                    Comparison::GreaterEqual => a | !b,
                })
            }
        };
        self.set_mask(place, mask);
        self.set_valid(place, self.both_valid(a, b));
    }

    /// `and` (`or`, where false decides nothing): null unless both are known or one decides.
    #[inline(always)]
    fn connect(&mut self, place: usize, a: Reg, b: Reg, and: bool) {
        let (first, second) = (self.mask(a), self.mask(b));
        self.set_mask(place, if and { first.and(&second) } else { first.zip(&second, |a, b| a | b) });
        let (known, also) = (self.valid(a), self.valid(b));
        if known.is_none() && also.is_none() {
            return self.set_valid(place, None);
        }
        let decides = |mask: &Mask, known: Option<&Mask>| {
            let decides = if and { mask.map(|word| !word) } else { *mask };
            known.map_or(decides, |known| decides.and(known))
        };
        let decided = decides(&first, known).zip(&decides(&second, also), |a, b| a | b);
        let both = known.unwrap_or(&Mask::ALL).and(also.unwrap_or(&Mask::ALL));
        let valid = both.zip(&decided, |both, decided| both | decided);
        // Where one decides, its bit has decided the result too.
        self.set_valid(place, Some(valid));
    }

    /// The first where the mask has a bit, else the second.
    #[inline(always)]
    fn choose(&mut self, place: usize, mask: &Mask, a: Reg, b: Reg) {
        let valid = match (self.valid(a), self.valid(b)) {
            (None, None) => None,
            (a, b) => Some(mask.pick(a.unwrap_or(&Mask::ALL), b.unwrap_or(&Mask::ALL))),
        };
        match self.plan.kinds[place] {
            Kind::Bool => self.set_mask(place, mask.pick(&self.mask(a), &self.mask(b))),
            Kind::Float => {
                let mut out = self.take_wide(place);
                pick(self.rows, mask, self.floats(a), self.floats(b), out.floats_mut());
                self.put_wide(place, out);
            }
            Kind::Int => {
                let mut out = self.take_wide(place);
                pick(self.rows, mask, self.ints(a), self.ints(b), out.ints_mut());
                self.put_wide(place, out);
            }
        }
        self.set_valid(place, valid);
    }

    /// Keeps the fault of the first of the rows that have a bit.
    #[inline(always)]
    pub(super) fn faults(&mut self, rows: Mask, kind: impl Fn(usize) -> RowFaultKind) {
        if let Some(row) = rows.and(&Mask::first(self.rows)).row()
            && self.fault.is_none_or(|known| self.start + row < known.row)
        {
            self.fault = Some(RowFault { row: self.start + row, kind: kind(row) });
        }
    }

    /// What is used of rows that have a value: both, in which the condition holds.
    #[inline(always)]
    pub(super) fn used(&self, valid: Option<Mask>, used: Option<Reg>) -> Option<Mask> {
        let Some(used) = used else { return valid };
        let holds = self.mask(used);
        let holds = self.valid(used).map_or(holds, |known| holds.and(known));
        Some(valid.map_or(holds, |valid| valid.and(&holds)))
    }

    #[inline(always)]
    pub(super) fn both_valid(&self, a: Reg, b: Reg) -> Option<Mask> {
        match (self.valid(a), self.valid(b)) {
            (None, None) => None,
            (Some(valid), None) | (None, Some(valid)) => Some(*valid),
            (Some(a), Some(b)) => Some(a.and(b)),
        }
    }

    /// The rows that have a value; `None` where all have.
    #[inline(always)]
    pub(super) fn valid(&self, reg: Reg) -> Option<&Mask> {
        let place = reg.place();
        (!self.scratch.all[place]).then(|| &self.scratch.masks[self.plan.valid[place]])
    }

    #[inline(always)]
    pub(super) fn set_valid(&mut self, place: usize, valid: Option<Mask>) {
        self.scratch.all[place] = valid.is_none();
        if let Some(valid) = valid {
            self.scratch.masks[self.plan.valid[place]] = valid;
        }
    }

    /// The bits of a condition.
    #[inline(always)]
    pub(super) fn mask(&self, reg: Reg) -> Mask {
        self.mask_at(reg.place())
    }

    #[inline(always)]
    fn mask_at(&self, place: usize) -> Mask {
        match self.plan.places[place] {
            Place::Mask(slot) => self.scratch.masks[slot],
            Place::Constant(Constant::Bool(true), _) => Mask::ALL,
            _ => Mask::NONE,
        }
    }

    #[inline(always)]
    pub(super) fn set_mask(&mut self, place: usize, mask: Mask) {
        if let Place::Mask(slot) = self.plan.places[place] {
            self.scratch.masks[slot] = mask;
        }
    }

    #[inline(always)]
    pub(super) fn floats(&self, reg: Reg) -> Operand<'_, f64> {
        match self.plan.places[reg.place()] {
            Place::Wide(slot) => Operand::Rows(&self.scratch.wides[slot].floats()[..self.rows]),
            Place::Column(column) => match self.columns[column].values {
                Values::F64(values) => Operand::Rows(&values[self.start..self.start + self.rows]),
                _ => Operand::Same(0.0),
            },
            Place::Constant(Constant::Float(value), _) => Operand::Same(value),
            Place::Constant(..) | Place::Mask(_) => Operand::Same(0.0),
        }
    }

    /// The same, where constants are rows too.
    #[inline(always)]
    pub(super) fn float_rows(&self, reg: Reg) -> &[f64] {
        match (self.floats(reg), self.plan.places[reg.place()]) {
            (Operand::Rows(rows), _) => rows,
            (_, Place::Constant(_, Some(slot))) => &self.scratch.wides[slot].floats()[..self.rows],
            _ => &[],
        }
    }

    #[inline(always)]
    pub(super) fn ints(&self, reg: Reg) -> Operand<'_, i64> {
        match self.plan.places[reg.place()] {
            Place::Wide(slot) => Operand::Rows(&self.scratch.wides[slot].ints()[..self.rows]),
            Place::Column(column) => match self.columns[column].values {
                Values::I64(values) => Operand::Rows(&values[self.start..self.start + self.rows]),
                _ => Operand::Same(0),
            },
            Place::Constant(Constant::Int(value), _) => Operand::Same(value),
            Place::Constant(..) | Place::Mask(_) => Operand::Same(0),
        }
    }

    /// Where an operation writes numbers; to be put back.
    #[inline(always)]
    pub(super) fn take_wide(&mut self, place: usize) -> super::block::Wide {
        match self.plan.places[place] {
            Place::Wide(slot) => std::mem::take(&mut self.scratch.wides[slot]),
            _ => super::block::Wide::default(),
        }
    }

    #[inline(always)]
    pub(super) fn put_wide(&mut self, place: usize, wide: super::block::Wide) {
        if let Place::Wide(slot) = self.plan.places[place] {
            self.scratch.wides[slot] = wide;
        }
    }
}
