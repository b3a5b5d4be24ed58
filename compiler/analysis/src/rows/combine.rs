//! Rows made of rows.

use gml_ir::{Column, Row, Type};

use super::{Index, Mismatch};
use crate::hash::Set;
use crate::typed::Text;
use crate::types::common;

fn row(columns: Vec<Column>, open: bool) -> Row {
    Row { columns, open, ..Row::default() }
}

/// The column with values of another kind: its contracts and its form in a file no longer say anything of them.
fn computed(column: &Column, ty: Type) -> Column {
    if ty == column.ty {
        return column.clone();
    }
    Column::new(column.name.clone(), ty).with_role(column.role)
}

/// `a + b`: the columns of both. One of `b` that `a` has too takes the place and the role that it has there.
pub fn plus(a: &Row, b: &Row) -> Row {
    let (in_a, in_b) = (Index::of(a), Index::of(b));
    let replaced = a.columns.iter().map(|old| match in_b.get(&old.name) {
        Some(new) => new.clone().with_role(old.role.or(new.role)),
        None => old.clone(),
    });
    let added = b.columns.iter().filter(|new| !in_a.has(&new.name)).cloned();
    row(replaced.chain(added).collect(), a.open || b.open)
}

/// `a - b`: the columns of `a` whose names `b` does not have.
pub fn minus(a: &Row, b: &Row) -> Row {
    let in_b = Index::of(b);
    row(a.columns.iter().filter(|column| !in_b.has(&column.name)).cloned().collect(), a.open)
}

/// `a | b`: the columns of both; as an error the names that both have.
pub fn disjoint(a: &Row, b: &Row) -> Result<Row, Vec<Text>> {
    let in_a = Index::of(a);
    let twice: Vec<Text> =
        b.columns.iter().filter(|column| in_a.has(&column.name)).map(|column| column.name.clone()).collect();
    if !twice.is_empty() {
        return Err(twice);
    }
    Ok(row(a.columns.iter().chain(&b.columns).cloned().collect(), a.open || b.open))
}

/// Every column may be null. Contracts stay: null satisfies them.
pub fn nullable(a: &Row) -> Row {
    let columns = a.columns.iter().map(|column| column.clone().with_type(column.ty.clone().nullable()));
    row(columns.collect(), a.open)
}

/// No column is null.
pub fn non_null(a: &Row) -> Row {
    let columns = a.columns.iter().map(|column| column.clone().with_type(column.ty.non_null().clone()));
    row(columns.collect(), a.open)
}

/// Items instead of lists; as an error the first column that is no list.
pub fn elements(a: &Row) -> Result<Row, Text> {
    let item = |column: &Column| match column.ty.non_null() {
        Type::List(item) => Ok(computed(column, (**item).clone())),
        ty if ty.is_silent() => Ok(computed(column, ty.clone())),
        _ => Err(column.name.clone()),
    };
    Ok(row(a.columns.iter().map(item).collect::<Result<_, _>>()?, a.open))
}

/// Every column has other values, of this type; one that may be null still may. No contract says anything of them, even
/// where the type is the old one: what is scaled lies elsewhere.
pub fn retyped(a: &Row, ty: &Type) -> Row {
    let columns = a.columns.iter().map(|old| {
        let ty = if old.ty.is_nullable() { ty.clone().nullable() } else { ty.clone() };
        Column::new(old.name.clone(), ty).with_role(old.role)
    });
    row(columns.collect(), a.open)
}

/// The columns without a role.
pub fn features(a: &Row) -> Row {
    row(a.features().cloned().collect(), a.open)
}

/// Other names for columns, each keeping its place; as an error the names that would be there twice. Names that the
/// row does not have are passed over; an open one may have them, and then has the new ones.
pub fn rename(a: &Row, names: &[(Text, Text)]) -> Result<Row, Vec<Text>> {
    let new_name = |column: &Column| names.iter().find(|(old, _)| *old == column.name).map(|(_, new)| new.clone());
    let mut columns: Vec<Column> = a
        .columns
        .iter()
        .map(|column| match new_name(column) {
            Some(name) => column.clone().with_name(name),
            None => column.clone(),
        })
        .collect();
    if a.open {
        let unseen = names.iter().filter(|(old, _)| a.get(old).is_none());
        columns.extend(unseen.map(|(_, new)| Column::new(new.clone(), Type::Unknown)));
    }
    let mut seen = Set::default();
    let twice: Vec<Text> =
        columns.iter().filter(|column| !seen.insert(&column.name)).map(|column| column.name.clone()).collect();
    if twice.is_empty() { Ok(row(columns, a.open)) } else { Err(twice) }
}

/// These columns in this order, as they are; as an error the names that the row does not have. An open row has every
/// name: a column that is not known of it has the type that agrees with everything.
pub fn select(a: &Row, names: &[Text]) -> Result<Row, Vec<Text>> {
    let index = Index::of(a);
    let mut columns = Vec::with_capacity(names.len());
    let mut unknown = Vec::new();
    for name in names {
        match index.get(name) {
            Some(column) => columns.push(column.clone()),
            None if a.open => columns.push(Column::new(name.clone(), Type::Unknown)),
            None => unknown.push(name.clone()),
        }
    }
    if unknown.is_empty() { Ok(row(columns, false)) } else { Err(unknown) }
}

/// The type that all columns go together in; as an error two columns that do not. A row without columns has the type
/// that agrees with everything.
pub fn common_type(a: &Row) -> Result<Type, (Text, Text)> {
    let mut columns = a.columns.iter();
    let Some(first) = columns.next() else { return Ok(Type::Unknown) };
    let mut ty = first.ty.clone();
    let mut source = &first.name;
    for column in columns {
        let joined = common(&ty, &column.ty).ok_or_else(|| (source.clone(), column.name.clone()))?;
        if joined != ty {
            source = &column.name;
        }
        ty = joined;
    }
    Ok(ty)
}

/// The rows of one table below those of another: columns by name, in the order of `a`, with the types that both go
/// together in. A column that only one of two closed rows has is a mismatch.
pub fn unify(a: &Row, b: &Row) -> Result<Row, Vec<Mismatch>> {
    let (in_a, in_b) = (Index::of(a), Index::of(b));
    let mut columns = Vec::with_capacity(a.columns.len());
    let mut mismatches = Vec::new();
    for ours in &a.columns {
        match in_b.get(&ours.name) {
            Some(theirs) => match common(&ours.ty, &theirs.ty) {
                Some(ty) => {
                    let contracts = if ours.contracts == theirs.contracts { &ours.contracts[..] } else { &[] };
                    let column = Column::new(ours.name.clone(), ty).with_role(ours.role.or(theirs.role));
                    columns.push(column.with_contracts(contracts.to_vec()));
                }
                None => mismatches.push(Mismatch::Type {
                    name: ours.name.clone(),
                    actual: theirs.ty.clone(),
                    declared: ours.ty.clone(),
                }),
            },
            None if b.open => columns.push(Column::new(ours.name.clone(), Type::Unknown)),
            None => mismatches.push(Mismatch::Missing(ours.clone())),
        }
    }
    for theirs in b.columns.iter().filter(|theirs| !in_a.has(&theirs.name)) {
        if a.open {
            columns.push(Column::new(theirs.name.clone(), Type::Unknown));
        } else {
            mismatches.push(Mismatch::Extra(theirs.clone()));
        }
    }
    if mismatches.is_empty() { Ok(row(columns, a.open || b.open)) } else { Err(mismatches) }
}
