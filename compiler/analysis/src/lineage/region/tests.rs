use super::{Edge, Line, Mark, Piece, Region, Values};
use gml_ir::Type;

fn below(mark: Mark) -> Region {
    Region::of(1, Values::of(vec![Piece { from: Edge::First, to: Edge::before(mark, Line::Whole) }]))
}

fn from(mark: Mark) -> Region {
    Region::of(1, Values::of(vec![Piece { from: Edge::before(mark, Line::Whole), to: Edge::Last }]))
}

const fn given(number: u64, behind: i64) -> Mark {
    Mark::Given { number, behind }
}

#[test]
fn of_two_that_begin_at_the_start_one_is_part_of_the_other() {
    assert!(below(Mark::Whole(10)).shares_with(&below(Mark::Whole(20))));
    assert!(below(given(1, 0)).shares_with(&below(given(2, 0))));
}

#[test]
fn neighbours_are_apart() {
    assert!(below(Mark::Whole(10)).is_apart_from(&from(Mark::Whole(10))));
    let above_nine =
        Region::of(1, Values::of(vec![Piece { from: Edge::behind(Mark::Whole(9), Line::Whole), to: Edge::Last }]));
    assert!(below(Mark::Whole(10)).is_apart_from(&above_nine));
    assert!(above_nine.shares_with(&below(Mark::Whole(11))));
}

#[test]
fn of_what_only_the_run_knows_nothing_is_said() {
    let (a, b) = (below(given(1, 0)), from(given(2, 0)));
    assert!(!a.is_apart_from(&b) && !a.shares_with(&b));
    assert!(below(given(1, 0)).is_apart_from(&from(given(1, 0))));
    assert!(below(given(1, 7)).shares_with(&from(given(1, 0))));
    assert!(below(given(1, 0)).is_apart_from(&from(given(1, 7))));
}

#[test]
fn what_else_is_asked_for_leaves_it_open() {
    let also = |number| Region::of(number, Values { null: true, pieces: Vec::new() });
    let (a, b) = (below(Mark::Whole(20)).and(&also(2)), below(Mark::Whole(10)).and(&also(3)));
    assert!(!a.shares_with(&b) && !a.is_apart_from(&b));
    assert!(below(Mark::Whole(20)).shares_with(&b));
    assert!(!below(Mark::Whole(20)).and(&Region::UNKNOWN).shares_with(&a.and(&Region::UNKNOWN)));
    assert!(Region::ALL.shares_with(&b));
}

#[test]
fn values_of_a_closed_list_are_all_there_are() {
    let ty = Type::Enum(["desktop", "mobile"].map(Into::into).into());
    let is = |name: &str| Values::of(vec![Piece::point(Mark::Text(name.into()), Line::Text)]);
    let is_not = |name: &str| is(name).others(Line::universe(&ty)).unwrap();
    let regions = |a: Values, b: Values| (Region::of(1, a), Region::of(1, b));
    let (a, b) = regions(is_not("desktop"), is_not("mobile"));
    assert!(a.is_apart_from(&b));
    let (a, b) = regions(is_not("desktop"), is("mobile"));
    assert!(a.shares_with(&b));
}

#[test]
fn a_fraction_lies_between_whole_numbers() {
    let mark = Line::Whole.mark(&gml_ir::Value::Float(3.5)).unwrap();
    let above =
        Region::of(1, Values::of(vec![Piece { from: Edge::behind(mark.clone(), Line::Whole), to: Edge::Last }]));
    assert!(above.is_apart_from(&below(Mark::Whole(4))));
    assert!(above.shares_with(&below(Mark::Whole(5))));
    assert!(below(mark).is_apart_from(&from(Mark::Whole(4))));
}
