//! Steps of one table: as text, and what comes out of them.

use crate::chooser::Chooser;
use crate::expression::Expr;
use crate::relation::{Base, Cells, Column, Order, Relation, list};
use crate::value::V;
use crate::{folds, joins};

/// What stands behind `|>`, where `SELF` is what stands before it, and its result.
pub struct Step {
    pub text: String,
    pub result: Relation,
}

/// Any step that suits the table.
pub fn any(choose: &mut Chooser, table: &Relation, others: &[(String, Relation)]) -> Step {
    if table.rows.len() > 60 {
        return take(choose, table);
    }
    if table.usable().is_empty() {
        let (name, mut result) = (choose.name(), table.clone());
        result.put(Column::new(name.clone(), Base::Int, false), vec![V::Int(1); table.rows.len()]);
        return Step { text: format!("derive {{ {name} = 1 }}"), result };
    }
    let step = match choose.below(20) {
        0 => Some(filter(choose, table)),
        1 | 2 => Some(derive(choose, table)),
        3 => Some(select(choose, table)),
        4 => drop(choose, table),
        5 => Some(rename(choose, table)),
        6..=8 => Some(folds::group(choose, table)),
        9 | 10 => joins::join(choose, table, others),
        11 => Some(joins::union(choose, table)),
        12 => Some(distinct(choose, table)),
        13 => Some(sort(choose, table)),
        14 => Some(take(choose, table)),
        15 => Some(ends(choose, table)),
        16 => explode(choose, table),
        17 => unpivot(choose, table),
        18 => fill(choose, table),
        _ => Some(folds::windows(choose, table)),
    };
    step.unwrap_or_else(|| folds::windows(choose, table))
}

fn with_rows(table: &Relation, places: impl IntoIterator<Item = usize>) -> Relation {
    let rows = places.into_iter().map(|place| table.rows[place].clone()).collect();
    Relation { columns: table.columns.clone(), rows }
}

fn filter(choose: &mut Chooser, table: &Relation) -> Step {
    let condition = Expr::condition(choose, table, 2);
    let mut result = table.clone();
    result.rows.retain(|row| condition.value(table, row) == V::Bool(true));
    let nullable = table.usable_where(|column| column.null);
    if nullable.is_empty() || choose.one_in(2) {
        return Step { text: format!("filter({})", condition.text()), result };
    }
    // A filter narrows.
    let column = choose.pick(&nullable);
    let place = table.place(&column.name);
    result.rows.retain(|row| !row[place].is_null());
    result.columns[place].null = false;
    Step { text: format!("filter({} and {})", Expr::missing(column, false).text(), condition.text()), result }
}

fn derive(choose: &mut Chooser, table: &Relation) -> Step {
    let mut result = table.clone();
    let mut made = Vec::new();
    for _ in 0..=choose.below(3) {
        let base = *choose.pick(&Base::SCALARS);
        let usable = table.usable();
        let value = match base {
            Base::Bool if choose.one_in(3) => Expr::missing(choose.pick(&usable), choose.one_in(2)),
            Base::Decimal(..) if choose.one_in(2) => Expr::wide(choose, table, 2),
            _ => Expr::any(choose, table, &base, 3),
        };
        let base = value.base;
        let fresh = choose.name();
        let old = choose.pick(&usable).name.clone();
        let replaces = choose.one_in(3) && made.iter().all(|(name, _): &(String, Expr)| *name != old);
        let name = if replaces { old } else { fresh };
        let values = table.rows.iter().map(|row| value.value(table, row)).collect();
        result.put(Column::new(name.clone(), base, value.null), values);
        made.push((name, value));
    }
    let made: Vec<String> = made.iter().map(|(name, value)| format!("{name} = {}", value.text())).collect();
    Step { text: format!("derive {{ {} }}", made.join(", ")), result }
}

fn select(choose: &mut Chooser, table: &Relation) -> Step {
    let kept = choose.some(&table.usable(), 4);
    if choose.one_in(2) {
        return Step { text: format!("select({})", list(&kept)), result: table.select(&kept) };
    }
    let base = *choose.pick(&Base::SCALARS);
    let value = Expr::any(choose, table, &base, 2);
    let column = Column::new(choose.name(), base, value.null);
    let mut result = table.select(&kept);
    let kept: Vec<String> = kept.iter().map(|column| format!("{} = .{}", column.name, column.name)).collect();
    let text = format!("select({{ {}, {} = {} }})", kept.join(", "), column.name, value.text());
    result.put(column, table.rows.iter().map(|row| value.value(table, row)).collect());
    Step { text, result }
}

fn drop(choose: &mut Chooser, table: &Relation) -> Option<Step> {
    if table.usable().len() < 3 {
        return None;
    }
    let left_out = choose.some(&table.usable(), 2);
    let stays = |column: &&Column| left_out.iter().all(|other| other.name != column.name);
    let kept: Vec<Column> = table.columns.iter().filter(stays).cloned().collect();
    Some(Step { text: format!("drop({})", list(&left_out)), result: table.select(&kept) })
}

fn rename(choose: &mut Chooser, table: &Relation) -> Step {
    let old = choose.pick(&table.usable()).name.clone();
    let new = choose.name();
    let mut result = table.clone();
    let place = result.place(&old);
    result.columns[place].name.clone_from(&new);
    Step { text: format!("rename {{ {new} = .{old} }}"), result }
}

fn distinct(choose: &mut Chooser, table: &Relation) -> Step {
    let some = choose.some(&table.usable(), 2);
    // Of columns that differ by rounding nobody can say how many are different.
    let all = table.columns.iter().all(|column| column.exact) && choose.one_in(3);
    let on = if all { table.columns.clone() } else { some };
    let firsts = table.partition(&on).into_iter().map(|(_, places)| places[0]);
    let result = with_rows(table, firsts);
    if all {
        return Step { text: "distinct()".to_owned(), result };
    }
    Step { text: format!("distinct({})", list(&on)), result: result.select(&on) }
}

fn sort(choose: &mut Chooser, table: &Relation) -> Step {
    let by = Order::any(choose, &table.usable());
    let sorted = by.sort(table, (0..table.rows.len()).collect());
    Step { text: format!("sort(by: {})", by.text()), result: with_rows(table, sorted) }
}

fn take(choose: &mut Chooser, table: &Relation) -> Step {
    let n = choose.below(12) + 1;
    Step { text: format!("take({n})"), result: with_rows(table, 0..n.min(table.rows.len())) }
}

/// `top`, `take_last`, and `last` of a stretch of time.
fn ends(choose: &mut Chooser, table: &Relation) -> Step {
    let usable = table.usable();
    let dates = table.usable_where(|column| column.base == Base::Date);
    let n = choose.below(3) + 1;
    let kind = choose.below(3);
    if kind == 2 && !dates.is_empty() {
        let by = choose.pick(&dates);
        let place = table.place(&by.name);
        let day = |row: &Cells| if let V::Date(day) = row[place] { Some(day) } else { None };
        let newest = table.rows.iter().filter_map(day).max();
        let late =
            |place: &usize| day(&table.rows[*place]).zip(newest).is_some_and(|(day, newest)| day > newest - n as i32);
        let result = with_rows(table, (0..table.rows.len()).filter(late));
        return Step { text: format!("last({n}d, by: {})", by.dotted()), result };
    }
    let per = choose.one_in(2).then(|| choose.some(&usable, 2));
    let shown = per.as_ref().map_or(String::new(), |per| format!(", per: {}", list(per)));
    let parts = table.partition(per.as_deref().unwrap_or_default());
    if kind == 1 {
        let by = Order::any(choose, &usable);
        let last = parts.into_iter().flat_map(|(_, places)| {
            let sorted = by.sort(table, places);
            sorted[sorted.len().saturating_sub(n)..].to_vec()
        });
        let result = with_rows(table, last);
        return Step { text: format!("take_last({n}, by: {}{shown})", by.text()), result };
    }
    let by = choose.pick(&usable).clone();
    let text = format!("top({n}, by: {}{shown})", by.dotted());
    let by = Order(vec![(by, true)]);
    let first =
        parts.into_iter().flat_map(|(_, places)| by.sort(table, places).into_iter().take(n).collect::<Vec<_>>());
    let result = with_rows(table, first);
    Step { text, result }
}

/// `collect`, then `explode`.
fn explode(choose: &mut Chooser, table: &Relation) -> Option<Step> {
    let usable = table.usable();
    let keys = choose.some(&usable, 1);
    let of = choose.pick(&usable).clone();
    let (items, count) = (choose.name(), choose.name());
    let text = format!(
        "group(by: {}) {{ {items} = collect({}), {count} = count() }} |> explode(.{items})",
        list(&keys),
        of.dotted()
    );
    let place = table.place(&of.name);
    let mut rows = Vec::new();
    for (key, places) in table.partition(&keys) {
        let count = V::Int(places.len() as i64);
        let values = places.into_iter().map(|row| table.rows[row][place].clone()).filter(|value| !value.is_null());
        rows.extend(values.map(|value| [key.clone(), vec![value, count.clone()]].concat()));
    }
    let made = [Column::new(items, of.base, false), Column::new(count, Base::Int, false)];
    Some(Step { text, result: Relation { columns: keys.into_iter().chain(made).collect(), rows } })
}

fn unpivot(choose: &mut Chooser, table: &Relation) -> Option<Step> {
    let base = *choose.pick(&Base::SCALARS);
    let suits = |column: &Column| column.base == base || base == Base::Float && column.base == Base::Int;
    let columns = table.usable_where(suits);
    if columns.is_empty() {
        return None;
    }
    let turned = choose.some(&columns, 3);
    let common = if turned.iter().any(|column| column.base == Base::Float) { Base::Float } else { turned[0].base };
    let (name, value) = (choose.name(), choose.name());
    let text = format!("unpivot({}, name: \"{name}\", value: \"{value}\")", list(&turned));
    let stays = |column: &&Column| turned.iter().all(|other| other.name != column.name);
    let kept: Vec<Column> = table.columns.iter().filter(stays).cloned().collect();
    let mut rows = Vec::new();
    for row in &table.rows {
        for column in &turned {
            let cell = match (&row[table.place(&column.name)], &common) {
                (V::Int(number), Base::Float) => V::Float(*number as f64),
                (other, _) => other.clone(),
            };
            rows.push([table.key(row, &kept), vec![V::Str(column.name.clone()), cell]].concat());
        }
    }
    let null = turned.iter().any(|column| column.null);
    let made = [Column::new(name, Base::Str, false), Column::new(value, common, null)];
    Some(Step { text, result: Relation { columns: kept.into_iter().chain(made).collect(), rows } })
}

fn fill(choose: &mut Chooser, table: &Relation) -> Option<Step> {
    let nullable = table.usable_where(|column| column.null);
    if nullable.is_empty() {
        return None;
    }
    let column = choose.pick(&nullable).clone();
    let place = table.place(&column.name);
    let mut result = table.clone();
    if choose.one_in(2) {
        let value = column.base.value(choose);
        result.rows.iter_mut().filter(|row| row[place].is_null()).for_each(|row| row[place] = value.clone());
        result.columns[place].null = false;
        return Some(Step { text: format!("fill([{}], value: {})", column.dotted(), value.text()), result });
    }
    let direction = *choose.pick(&["forward", "backward"]);
    let by = Order::any(choose, &table.usable());
    let over = choose.one_in(2).then(|| choose.some(&table.usable(), 1));
    for (_, places) in table.partition(over.as_deref().unwrap_or_default()) {
        let mut sorted = by.sort(table, places);
        if direction == "backward" {
            sorted.reverse();
        }
        let mut known = V::Null;
        for row in sorted {
            let cell = &mut result.rows[row][place];
            if cell.is_null() {
                cell.clone_from(&known);
            } else {
                known.clone_from(cell);
            }
        }
    }
    let over = over.map_or(String::new(), |over| format!(", over: {}", list(&over)));
    let text = format!("fill([{}], direction: {direction}, order: {}{over})", column.dotted(), by.text());
    Some(Step { text, result })
}
