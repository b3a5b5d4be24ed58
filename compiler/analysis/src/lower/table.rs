//! Tables that are written out. Cells that the run computes are put into their columns by a step behind the others.

use std::sync::Arc;

use gml_diagnostics::Span;
use gml_ir::{Arg, BinaryOp, Column, Expr, ExprKind, INPUTS, NamedExpr, Row, StepKind, TableType, Type, Value};

use super::body::Lowering;
use super::fold;
use super::value::{Inputs, Lowered};
use crate::typed::Typed;

/// The column that numbers the rows where some cells are computed. No name of a program begins so.
const PLACE: &str = "$place";

/// A cell of a table.
enum Cell {
    Constant(Value),
    /// By its place among the inputs of the step that puts it there.
    Computed(u32),
}

impl Lowering<'_> {
    /// A table literal.
    pub(super) fn table(&mut self, rows: &[Vec<Typed>], ty: &Type, span: Span) -> Lowered {
        let mut inputs = Inputs::default();
        let mut cells: Vec<Vec<Cell>> = Vec::with_capacity(rows.len());
        for row in rows {
            let mut of_row = Vec::with_capacity(row.len());
            for cell in row {
                let Some(cell) = self.cell(cell, &mut inputs) else { return Lowered::Error };
                of_row.push(cell);
            }
            cells.push(of_row);
        }
        let location = self.location(span);
        let inputs: Vec<Arg> = inputs.finish().into_iter().map(|input| Arg::Step(self.builder.reach(input))).collect();
        let Type::Table(table) = ty else { return Lowered::Error };
        if inputs.is_empty() {
            let constants = cells.into_iter().map(|row| row.into_iter().filter_map(Cell::constant).collect());
            return Lowered::Step(self.builder.step(StepKind::Table(constants.collect()), ty.clone(), location));
        }
        let is_computed: Vec<bool> = (0..table.row.columns.len())
            .map(|column| cells.iter().any(|row| matches!(row.get(column), Some(Cell::Computed(_)))))
            .collect();
        let columns = table.row.columns.iter().zip(&is_computed).enumerate().map(|(place, (column, is_computed))| {
            let kind = match is_computed {
                true => chosen(&cells.iter().map(|row| &row[place]).collect::<Vec<_>>(), 0, &column.ty).kind,
                false => ExprKind::Column(column.name.clone()),
            };
            NamedExpr { name: column.name.clone(), expr: Expr { kind, ty: column.ty.clone() } }
        });
        let columns = Arg::Columns(columns.collect());
        let (constants, of) = (StepKind::Table(numbered(cells, &is_computed)), of_constants(table, &is_computed));
        let constants = self.builder.step(constants, of, location.clone());
        let input = Arg::Step(self.builder.reach(constants));
        let args = vec![("input".into(), input), ("columns".into(), columns), (INPUTS.into(), Arg::List(inputs))];
        let kind = StepKind::Call { module: "std.table".into(), operator: "select".into(), args };
        Lowered::Step(self.builder.step(kind, ty.clone(), location))
    }

    fn cell(&mut self, cell: &Typed, inputs: &mut Inputs) -> Option<Cell> {
        let value = self.settled(cell);
        let is_constant = match &value {
            Lowered::Const(_) => true,
            Lowered::Expr { inputs, expr } => inputs.is_empty() && !fold::is_left_to_run(expr),
            _ => false,
        };
        if is_constant {
            return self.constant(&value, cell.span).map(Cell::Constant);
        }
        let step = self.step_of(value, &cell.ty, cell.span)?;
        Some(Cell::Computed(inputs.place(step)))
    }
}

impl Cell {
    fn constant(self) -> Option<Value> {
        if let Self::Constant(value) = self { Some(value) } else { None }
    }
}

/// The cells of columns without computed ones, and the number of each row.
fn numbered(cells: Vec<Vec<Cell>>, is_computed: &[bool]) -> Vec<Vec<Value>> {
    let row = |(place, row): (usize, Vec<Cell>)| -> Vec<Value> {
        let kept = row.into_iter().zip(is_computed).filter(|(_, is_computed)| !**is_computed);
        let number = Value::Int(i64::try_from(place).unwrap_or(i64::MAX));
        kept.filter_map(|(cell, _)| cell.constant()).chain([number]).collect()
    };
    cells.into_iter().enumerate().map(row).collect()
}

/// The type of what [`numbered`] gives.
fn of_constants(table: &TableType, is_computed: &[bool]) -> Type {
    let kept = table.row.columns.iter().zip(is_computed).filter(|(_, is_computed)| !**is_computed);
    let columns = kept.map(|(column, _)| column.clone()).chain([Column::new(PLACE, Type::INT)]);
    Type::Table(TableType { row: Arc::new(Row::of(columns.collect())), partitions: table.partitions })
}

/// Of the cells of a column, the first of which is in the row of that number, the one of the row at hand: by halves, so that many rows
/// do not make a deep expression.
fn chosen(cells: &[&Cell], first: usize, ty: &Type) -> Expr {
    let kind = match cells {
        [] => ExprKind::Literal(Value::Null),
        [Cell::Constant(value)] => ExprKind::Literal(value.clone()),
        [Cell::Computed(input)] => ExprKind::Input(*input),
        cells => {
            let (lower, upper) = cells.split_at(cells.len() / 2);
            let border = first + lower.len();
            let number = |kind| Box::new(Expr { kind, ty: Type::INT });
            let place = number(ExprKind::Column(PLACE.into()));
            let border_place = number(ExprKind::Literal(Value::Int(i64::try_from(border).unwrap_or(i64::MAX))));
            let is_lower = ExprKind::Binary(BinaryOp::Less, place, border_place);
            let is_lower = Box::new(Expr { kind: is_lower, ty: Type::Bool });
            ExprKind::If(is_lower, Box::new(chosen(lower, first, ty)), Box::new(chosen(upper, border, ty)))
        }
    };
    Expr { kind, ty: ty.clone() }
}
