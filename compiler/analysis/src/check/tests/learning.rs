//! Estimators, models, partitions.

use super::{check, wrong_in_pipeline};

const CLEAN: &str = "let data = t |> drop([.day, .tags, .items, .web, .long, .s, .sn]) |> split_random(train: 80%, test: 20%, seed: 1)\n";

fn wrong(statements: &str) -> Vec<String> {
    wrong_in_pipeline(&format!("{CLEAN}{statements}"))
}

#[test]
fn a_model_knows_its_rows() {
    assert_eq!(
        wrong(
            "let m = fit(impute(mean, [.xn]) >> boosted_trees(objective: binary), train: data.train) track evaluate(m, on: [data.test], metrics: [auc]) save m as kept"
        ),
        Vec::<String>::new()
    );
    let program = "use std.learn.{boosted_trees}\npipeline a { save fit(boosted_trees(objective: binary), train: t |> select([.n, .hit])) as kept }\npipeline b { let s = u |> derive { n = 1 } |> predict(kept) save s |> derive { m = .score + 1.0 } |> select([.user, .n]) as out }";
    assert_eq!(check(program).told(), "");
    let program = "use std.learn.{boosted_trees}\npipeline a { save fit(boosted_trees(objective: binary), train: t |> select([.n, .hit])) as kept }\npipeline b { let s = t |> select([.user]) |> predict(kept) expect count(s) > 0 }";
    assert_eq!(check(program).codes(), ["scoring-lacks-column `t |> select([.user])`"]);
    let program = program.replace("select([.user])", "select { n = .s }");
    assert_eq!(check(&program).codes(), ["scoring-column-type `t |> select { n = .s }`"]);
}

#[test]
fn predict_adds_what_the_model_says() {
    let program = "use std.learn.{boosted_trees}\nnode f(t: table[T]) -> table { t |> select([.n]) |> predict(fit(boosted_trees(objective: binary), train: t |> select([.n, .hit]))) }";
    let checked = check(program);
    assert_eq!(checked.told(), "");
    assert_eq!(checked.program.nodes[0].result.to_string(), "table { n: int, score: float }");
}

#[test]
fn test_rows_are_not_learned_from() {
    assert_eq!(
        wrong("let m = fit(boosted_trees(objective: binary), train: data.test) save m as kept"),
        ["fit-on-test `data.test`"]
    );
    assert_eq!(
        wrong(
            "let m = fit(boosted_trees(objective: binary, stop_after: 5), train: data.train, valid: data.test |> take(5)) save m as kept"
        ),
        ["stop-on-test `data.test |> take(5)`"]
    );
    assert_eq!(
        wrong("let m = fit(boosted_trees(objective: binary), train: union(data.train, data.test)) save m as kept"),
        ["fit-on-test `union(data.train, data.test)`"]
    );
    assert_eq!(wrong("let a = data.valid |> take(1)"), ["unknown-part `valid`"]);
}

#[test]
fn what_learners_demand() {
    assert_eq!(
        wrong("let m = fit(boosted_trees(objective: binary), train: data.train |> drop([.hit])) save m as kept").len(),
        1
    );
    let fit = |steps: &str, objective: &str| {
        wrong_in_pipeline(&format!("save fit(boosted_trees(objective: {objective}), train: t |> {steps}) as kept"))
    };
    assert!(fit("select([.n])", "binary")[0].starts_with("no-target"));
    assert!(fit("select([.n, .hit])", "regression")[0].starts_with("target-type"));
    assert!(fit("select([.n, .hit])", "lambdarank").iter().any(|code| code.starts_with("no-group")));
    assert!(fit("select([.tags, .hit])", "binary")[0].starts_with("feature-type"));
    assert!(fit("select([.s, .hit])", "binary")[0].starts_with("text-without-encoder"));
    assert!(fit("select([.user, .hit])", "binary")[0].starts_with("no-features"));
    assert_eq!(fit("select([.n, .hit])", "binry"), ["unknown-choice `binry`"]);
}

#[test]
fn parts_of_a_date_may_be_null_where_the_date_may() {
    let parts = |day: &str| {
        let program = format!(
            "use std.prep.{{date_parts}}\nnode f(t: table[T]) -> table {{ \
             let days = t |> select {{ day = {day} }} days |> apply(fit(date_parts([.day]), train: days)) }}"
        );
        let checked = check(&program);
        assert_eq!(checked.told(), "");
        checked.program.nodes[0].result.to_string()
    };
    assert_eq!(parts(".day"), "table { day_year: int, day_month: int, day_day: int, day_weekday: int }");
    assert_eq!(
        parts("if .flag then .day else null"),
        "table { day_year: int?, day_month: int?, day_day: int?, day_weekday: int? }"
    );
}

#[test]
fn recipes_are_checked_where_they_are_fitted() {
    assert_eq!(
        wrong(
            "let r = impute(mean, [.typo]) save fit(r >> boosted_trees(objective: binary), train: data.train) as kept"
        ),
        ["unknown-column `typo`"]
    );
    assert_eq!(
        wrong(
            "let r = one_hot([.kind]) >> ordinal([.kind]) save fit(r >> boosted_trees(objective: binary), train: data.train) as kept"
        ),
        ["unknown-column `kind`"]
    );
    assert_eq!(
        wrong(
            "let r = impute(mean, [.cat]) save fit(r >> boosted_trees(objective: binary), train: data.train) as kept"
        )
        .len(),
        1
    );
    assert_eq!(
        wrong("let r = impute(meen, [.xn]) save fit(r >> boosted_trees(objective: binary), train: data.train) as kept"),
        ["unknown-choice `meen`"]
    );
    assert_eq!(
        wrong("let r = boosted_trees(objective: binary) >> impute(mean, [.xn])"),
        ["chain-mismatch `boosted_trees(objective: binary)`"]
    );
    assert_eq!(wrong("let r = impute(mean, [.xn]) >> data.train"), ["operator-does-not-apply `data.train`"]);
}

#[test]
fn fitted_and_unfitted() {
    assert_eq!(
        wrong("track evaluate(boosted_trees(objective: binary), on: [data.test], metrics: [auc])"),
        ["not-fitted `boosted_trees(objective: binary)`"]
    );
    assert_eq!(
        wrong("let m = fit(boosted_trees(objective: binary), train: data.train) let k = fit(m, train: data.train)"),
        ["already-fitted `m`"]
    );
    assert_eq!(
        wrong("save boosted_trees(objective: binary) as kept"),
        ["not-fitted `boosted_trees(objective: binary)`"]
    );
    assert_eq!(
        wrong("let s = fit(scale([.x]), train: data.train) let a = data.test |> apply(s) expect count(a) > 0"),
        Vec::<String>::new()
    );
    assert_eq!(
        wrong("let s = fit(scale([.x]), train: data.train) let a = data.test |> predict(s)"),
        ["type-mismatch `s`"]
    );
    assert_eq!(wrong("let m = fit(boosted_trees(objective: binary), train: data) "), ["type-mismatch `data`"]);
    assert_eq!(
        wrong(
            "let m = fit(boosted_trees(objective: binary), train: data.train) track evaluate(m, on: data.test, metrics: [auc])"
        ),
        ["type-mismatch `data.test`"]
    );
}

#[test]
fn stopping_early_needs_rows_to_stop_by() {
    assert_eq!(
        wrong("let m = fit(boosted_trees(objective: binary, stop_after: 5), train: data.train) save m as kept"),
        ["valid-needed `fit(boosted_trees(objective: binary, stop_after: 5), train: data.train)`"]
    );
    assert_eq!(
        wrong("let m = fit(boosted_trees(objective: binary, stop_after: null), train: data.train) save m as kept"),
        Vec::<String>::new()
    );
}

#[test]
fn a_column_that_a_step_took_away() {
    assert_eq!(
        wrong(
            "let r = one_hot([.cat]) >> ordinal([.cat]) save fit(r >> boosted_trees(objective: binary), train: data.train) as kept"
        ),
        ["unknown-column `cat`"]
    );
    assert_eq!(
        wrong(
            "track evaluate(fit(boosted_trees(objective: binary), train: data.train), on: [data.test], metrics: [brier])"
        ),
        ["unknown-function `brier`"]
    );
}

#[test]
fn splits_by_time_go_by_the_type_of_the_column() {
    assert_eq!(wrong("let p = t |> split_time(by: .day, train: 1..5)"), ["type-mismatch `1..5`"]);
    assert_eq!(wrong("let p = t |> split_time(by: .day, test: last(7d))"), Vec::<String>::new());
}

#[test]
fn sequences_are_no_rows() {
    let told = |statements: &str| {
        let sequences = "let s = t |> sequences(session: .user, item: .s, time: .at)";
        check(&format!("use std.graph.{{sequences}}\npipeline p {{ {sequences} {statements} }}")).told()
    };
    let filtered = told("expect count(s |> filter(.s != \"7\")) > 0");
    assert!(filtered.contains("and this is sequences[str] | do it with the rows, before"), "{filtered}");
    let parts = told("let data = s |> split_time(by: .at, test: last(7d)) expect count(data.train) > 0");
    assert!(parts.contains("sequences are split by the time of their last item: leave `by` out"), "{parts}");
}

#[test]
fn a_ranking_goes_by_one_group() {
    let told = check(
        "use std.learn.{boosted_trees}
        use std.recommend.{bought_before, candidates}
        schema Sale { id shop: str, id buyer: str, id item: str, time day: date }
        node f(known: table[Sale], later: table[Sale]) -> model {
            let found = candidates(user: [.shop, .buyer], item: .item) { again = bought_before(known) }
            let pairs = found |> label(bought_in: later, on: [.shop, .buyer, .item])
            fit(boosted_trees(objective: lambdarank, seed: 1), train: pairs)
        }",
    )
    .told();
    assert!(told.contains("the rows have more than one group: `shop` and `buyer`"), "{told}");
    assert!(
        told.contains("make one column of them before, such as f\"{.shop} {.buyer}\", and group by that"),
        "{told}"
    );
}
