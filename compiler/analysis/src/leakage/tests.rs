use crate::world::MemoryWorld;

const COMMON: &str = r#"
use std.learn.{boosted_trees}
use std.metrics.{auc}
schema Visit { id visitor: str, id day: date, pages: int, target bought: bool }
catalog { visits: table[Visit] = csv("visits.csv") }
"#;

/// Names of what is said, with the text of each place and the labels.
fn told(text: &str) -> Vec<String> {
    told_of(&format!("{COMMON}{text}"))
}

/// The same of a whole program.
fn told_of(text: &str) -> Vec<String> {
    let world = MemoryWorld::new([("main.gml", text)]);
    let analysis = crate::check(&world, "main.gml");
    let text = |span: gml_diagnostics::Span| {
        analysis.package.sources.text(span.file)[span.start as usize..span.end as usize].to_owned()
    };
    let one = |diagnostic: &gml_diagnostics::Diagnostic| {
        let mut told = format!("{} `{}`", diagnostic.code.name(), text(diagnostic.span));
        for label in &diagnostic.labels {
            told += &format!(" | `{}` {}", text(label.span), label.message);
        }
        told
    };
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.code.id().starts_with("GML06")).map(one).collect()
}

#[test]
fn both_ends_are_shown() {
    let found = told(
        "pipeline p {
             let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
             let model = fit(boosted_trees(objective: binary), train: data.train)
             track evaluate(model, on: [data.train], metrics: [auc])
         }",
    );
    assert_eq!(found, ["judged-on-train `data.train` | `data.train` the model was fitted on these rows"]);
}

#[test]
fn two_splits_of_the_same_rows_are_told_apart() {
    let found = told(
        "pipeline p {
             let a = visits |> split_random(train: 80%, test: 20%, seed: 1)
             let b = visits |> split_random(train: 80%, test: 20%, seed: 2)
             let model = fit(boosted_trees(objective: binary), train: a.train)
             track evaluate(model, on: [b.test], metrics: [auc])
         }",
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("judged-on-train `b.test`"), "{found:?}");
    assert!(found[0].contains("this is another split of the same rows"), "{found:?}");
}

#[test]
fn the_call_that_brings_test_rows_is_blamed() {
    let found = told(
        "node scored(known: table[Visit], rows: table[Visit]) -> table {
             rows |> predict(fit(boosted_trees(objective: binary), train: known))
         }
         pipeline p {
             let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
             expect count(scored(data.test, data.train)) > 0
         }",
    );
    assert_eq!(
        found,
        [
            "fit-on-test `data.test` | `known` used here, in `scored` | `split_random(train: 80%, test: 20%, seed: 1)` the split was made here"
        ]
    );
}

#[test]
fn one_cause_is_told_once() {
    let found = told(
        "pipeline p {
             let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
             let model = fit(boosted_trees(objective: binary), train: data.test)
             let known = data.train |> derive { hint = .bought and .pages > 1 }
             let one = fit(boosted_trees(objective: binary), train: known)
             let two = fit(boosted_trees(objective: binary, rounds: 9), train: known)
             track evaluate(one, on: [data.test |> derive { hint = .bought and .pages > 1 }], metrics: [auc])
             expect count(data.test |> predict(model)) > 0
         }",
    );
    let names: Vec<&str> = found.iter().map(|told| told.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(names, ["fit-on-test", "feature-from-target"]);
}

/// Sequences are followed as rows are.
#[test]
fn sequences_that_took_part() {
    let program = |judged: &str, valid: &str| {
        told_of(&format!(
            r#"use std.graph.{{sequences, sr_gnn}}
            use std.recommend.{{popularity}}
            use std.metrics.{{hit_rate}}
            catalog {{ clicks: table {{ group session: str, id item: str, time at: timestamp }} = csv("clicks.csv") }}
            pipeline p {{
                let data = clicks |> sequences(session: .session, item: .item, time: .at) |> split_time(test: last(7d), valid: last(7d))
                for rival in [popularity()] {{
                    track evaluate(fit(rival, train: data.train), on: [{judged}], metrics: [hit_rate(20)])
                }}
                let model = fit(sr_gnn(seed: 1), train: data.train, valid: {valid})
                track evaluate(model, on: [{judged}], metrics: [hit_rate(20)])
            }}"#
        ))
    };
    assert_eq!(program("data.test", "data.valid"), [""; 0]);
    let on_train = "judged-on-train `data.train` | `data.train` the model was fitted on these rows";
    assert_eq!(program("data.train", "data.valid"), [on_train, on_train]);
    let on_valid = "judged-on-valid `data.valid` | `data.valid` the model was stopped by these rows";
    assert_eq!(program("data.valid", "data.valid"), [on_valid]);
    assert_eq!(program("data.test", "data.train"), ["valid-in-train `data.train` | `data.train` learned from here"]);
}

/// So are the clicks that they are made of.
#[test]
fn sequences_of_clicks_that_took_part() {
    let program = |learned: &str, judged: &str| {
        told_of(&format!(
            r#"use std.graph.{{sequences}}
            use std.recommend.{{popularity}}
            use std.metrics.{{hit_rate}}
            catalog {{ clicks: table {{ group session: str, id item: str, time at: timestamp }} = csv("clicks.csv") }}
            node visits(clicks: table {{ group session: str, id item: str, time at: timestamp }}) -> sequences[str] {{
                clicks |> sequences(session: .session, item: .item, time: .at)
            }}
            pipeline p {{
                let data = clicks |> split_time(by: .at, valid: last(7d), test: last(7d))
                track evaluate(fit(popularity(), train: {learned}), on: [{judged}], metrics: [hit_rate(20)])
            }}"#
        ))
    };
    let names = |learned: &str, judged: &str| -> Vec<String> {
        program(learned, judged).iter().filter_map(|told| told.split(' ').next()).map(str::to_owned).collect()
    };
    assert_eq!(names("visits(data.train)", "visits(data.test)"), [""; 0]);
    assert_eq!(names("visits(clicks)", "visits(data.test)"), ["judged-on-train"]);
    let some = "clicks |> filter(.session != \"7\") |> visits()";
    assert_eq!(names("visits(clicks)", some), ["judged-on-train"]);
    // What is judged is the last click, and the ones before it are those to go by.
    assert_eq!(names("visits(data.train)", "visits(clicks)"), [""; 0]);
    assert_eq!(names("visits(data.train)", "visits(union(data.train, data.test))"), [""; 0]);
}

#[test]
fn pairs_that_are_the_outcome_itself() {
    let found = told_of(
        r#"
        schema Sale { id customer: str, id article: str, time day: date }
        catalog { sales: table[Sale] = csv("sales.csv") }
        pipeline offers {
            let data = sales |> split_time(by: .day, test: last(7d))
            let rows = data.test |> select([.customer, .article])
            expect count(rows |> label(bought_in: data.test, on: [.customer, .article])) > 0
        }"#,
    );
    assert_eq!(
        found,
        ["label-from-own-rows `data.test` | `split_time(by: .day, test: last(7d))` the split was made here"]
    );
}
