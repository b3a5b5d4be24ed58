//! Graphs by hand.

use std::sync::Arc;

use gml_ir::*;

#[derive(Default)]
pub(super) struct Steps(pub(super) Graph);

pub(super) fn row() -> Row {
    Row::of(vec![Column::new("n", Type::INT), Column::new("m", Type::INT)])
}

pub(super) fn table() -> Type {
    Type::table(row())
}

impl Steps {
    pub(super) fn push(&mut self, kind: StepKind, ty: Type) -> StepId {
        let line = self.0.steps.len() as u32 + 1;
        let location = Location { file: "main.gml".into(), line, column: 5 };
        self.0.steps.push(Step { kind, ty, location, within: Vec::new() });
        StepId(line - 1)
    }

    pub(super) fn load(&mut self, dataset: u32) -> StepId {
        self.push(StepKind::Load(dataset), table())
    }

    pub(super) fn save(&mut self, value: StepId, dataset: u32) -> StepId {
        self.push(StepKind::Save { value, dataset }, table())
    }

    pub(super) fn literal(&mut self, values: &[i64]) -> StepId {
        let rows = values.iter().map(|value| vec![Value::Int(*value), Value::Int(value * 10)]).collect();
        self.push(StepKind::Table(rows), table())
    }

    pub(super) fn call(&mut self, path: &str, args: &[(&str, Arg)], ty: Type) -> StepId {
        let (module, operator) = path.rsplit_once('.').unwrap();
        let args = args.iter().map(|(name, arg)| (Arc::from(*name), arg.clone())).collect();
        self.push(StepKind::Call { module: module.into(), operator: operator.into(), args }, ty)
    }

    /// A table operator over the column `n`.
    pub(super) fn keep(&mut self, input: StepId, least: i64) -> StepId {
        let least = Arg::Const(Value::Int(least));
        self.call("std.table.keep", &[("input", Arg::Step(input)), ("least", least), ("by", over("n"))], table())
    }

    pub(super) fn counted(&mut self, input: StepId, key: &str) -> StepId {
        let key = Arg::Const(Value::Str(key.into()));
        self.call("std.table.counted", &[("input", Arg::Step(input)), ("key", key)], table())
    }

    pub(super) fn simple(&mut self, path: &str, input: StepId) -> StepId {
        self.call(path, &[("input", Arg::Step(input))], table())
    }

    pub(super) fn count(&mut self, input: StepId) -> StepId {
        self.call("std.table.count", &[("input", Arg::Step(input))], Type::INT)
    }

    pub(super) fn compare(&mut self, left: StepId, op: BinaryOp, right: i64) -> StepId {
        let left_expr = Expr { kind: ExprKind::Input(0), ty: Type::INT };
        let right_expr = Expr { kind: ExprKind::Literal(Value::Int(right)), ty: Type::INT };
        let kind = ExprKind::Binary(op, Box::new(left_expr), Box::new(right_expr));
        self.push(StepKind::Compute { inputs: vec![left], expr: Expr { kind, ty: Type::Bool } }, Type::Bool)
    }

    pub(super) fn constant(&mut self, value: i64) -> StepId {
        let expr = Expr { kind: ExprKind::Literal(Value::Int(value)), ty: Type::INT };
        self.push(StepKind::Compute { inputs: Vec::new(), expr }, Type::INT)
    }

    /// `expect count(input) == rows, "message"`
    pub(super) fn expect_count(&mut self, input: StepId, rows: i64, message: Option<&str>) -> StepId {
        let count = self.count(input);
        let condition = self.compare(count, BinaryOp::Equal, rows);
        let right = self.constant(rows);
        let text = format!("count(t)\n    == {rows}").into();
        let kind = StepKind::Expect {
            condition,
            message: message.map(|text| Arg::Const(Value::Str(text.into()))),
            text,
            sides: Some((count, right)),
        };
        self.push(kind, Type::Bool)
    }
}

pub(super) fn over(column: &str) -> Arg {
    Arg::Expr(Expr { kind: ExprKind::Column(column.into()), ty: Type::INT })
}

/// A program of these datasets and pipelines.
pub(super) fn program(datasets: &[&str], pipelines: Vec<(&str, Steps)>) -> Program {
    let connector = Connector { name: "memory".into(), args: Vec::new() };
    let datasets = datasets.iter().map(|name| Dataset {
        name: Arc::from(*name),
        ty: table(),
        connector: connector.clone(),
        on_violation: OnViolation::Fail,
        location: Location::default(),
    });
    let pipelines =
        pipelines.into_iter().map(|(name, Steps(graph))| Pipeline { name: name.into(), graph, ..Pipeline::default() });
    Program {
        version: IR_VERSION,
        source_hash: "5ca1e".into(),
        datasets: datasets.collect(),
        pipelines: pipelines.collect(),
        ..Program::default()
    }
}
