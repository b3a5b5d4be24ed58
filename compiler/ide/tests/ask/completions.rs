//! Completion, mostly in texts that are not whole.

use insta::assert_snapshot;

use crate::support::{ask, ask_one, shop};

fn in_node(body: &str) -> String {
    shop(&format!("node n(orders: table[Order], buyers: table[Buyer]) -> table {{\n    {body}\n}}"))
}

#[test]
fn columns_behind_a_dot_that_was_just_typed() {
    assert_snapshot!(ask_one(&in_node("orders |> filter(.<|>")).best());
    for body in [
        "orders |> filter(.pr<|>",
        "orders |> filter(.<|>)",
        "orders |> filter(.price > 1 and .<|>",
        "orders |> derive { a = .<|> }",
        "orders |> derive { a = if .<|>",
        "orders |> sort([desc(.<|>",
        "orders |> group(by: [.<|>]) { n = count() }",
        "orders |> group(by: [.buyer]) { n = sum(.<|>",
        "orders |> drop([.buyer, .<|>",
        "orders |> rename { who = .<|> }",
        "orders |> join(buyers, on: [.<|>",
        "orders |> filtr(.<|>)",
        "let a = orders |> filter(.<|>\n    a |> take(3)",
    ] {
        let found = ask_one(&in_node(body)).best();
        assert!(found.contains("buyer | id str"), "{body}\n{found}");
    }
}

#[test]
fn columns_in_a_save_that_has_no_entry_yet() {
    for body in [
        "save orders |> filter(.<|>",
        "save orders |> filter(.price > 1 and .<|>",
        "save orders |> derive { a = .price, b = .<|>",
        "save orders |> derive { a = .<|> } |> take(1) as",
        "save orders |> filter(.<|>\n    let b = buyers",
        "when count(orders) > 1 { save orders |> filter(.<|>",
    ] {
        let found = ask_one(&shop(&format!("pipeline p {{\n    {body}\n}}"))).best();
        assert!(found.contains("buyer | id str"), "{body}\n{found}");
    }
}

#[test]
fn keys_of_a_join_are_columns_of_both_tables_first() {
    assert_snapshot!(ask_one(&in_node("orders |> join(buyers, on: [.<|>])")).best(), @"buyer | id str");
}

#[test]
fn columns_that_earlier_steps_made() {
    let body = "orders |> group(by: [.buyer]) { spent = sum(.price), first_at = min(.at) } |> filter(.<|>";
    assert_snapshot!(ask_one(&in_node(body)).best(), @r"
    buyer | id str
    spent | float
    first_at | timestamp
    ");
}

#[test]
fn fields_and_items() {
    assert_snapshot!(ask_one(&in_node("orders |> filter(.lines.find(.<|>")).best(), @r"
    sku | str
    count | int
    ");
    assert_snapshot!(ask_one(&in_node("orders |> derive { a = .address?.<|> }")).best(), @r"
    city | str?
    zip | str
    ");
    let nullable = ask_one(&in_node("orders |> derive { a = .address.<|> }"));
    let zip = nullable.complete().into_iter().find(|it| it.label == "zip").unwrap();
    assert_eq!(zip.edit.text, "?.zip");
    assert!(nullable.changed(&[zip.edit]).contains("a = .address?.zip }"));
}

#[test]
fn values_of_enums() {
    let expected = "\"web\"\n\"store\"";
    for body in [
        "orders |> filter(.channel == <|>",
        "orders |> filter(.channel == \"<|>\")",
        "orders |> filter(.channel == \"w<|>",
        "orders |> derive { a = match .channel { \"<|>\" => 1 } }",
        "orders |> filter(.channel in [\"web\", \"<|>\"])",
    ] {
        assert_eq!(ask_one(&in_node(body)).best(), expected, "{body}");
    }
    let quoted = ask_one(&in_node("orders |> filter(.channel == \"w<|>\")"));
    let first = quoted.complete().remove(0);
    assert!(quoted.changed(&[first.edit]).contains("== \"web\")"));
    let found = ask_one(&in_node("orders |> join(buyers, on: [.buyer], how: <|>")).best();
    for how in ["inner", "left", "anti", "asof"] {
        assert!(found.lines().any(|line| line.starts_with(how)), "{how}: {found}");
    }
}

#[test]
fn arguments_that_a_call_lacks() {
    let found = ask_one(&in_node("orders |> join(buyers, <|>")).labels();
    for name in ["on:", "how:", "expect:", "within:"] {
        assert!(found.contains(&name.to_owned()), "{name}: {found:?}");
    }
    let found = ask_one(&in_node("orders |> join(buyers, on: [.buyer], <|>)")).labels();
    assert!(!found.contains(&"on:".to_owned()), "{found:?}");
    let text =
        shop("node n(a: table[Order], least: int) -> table[Order] { a }\npipeline p { save n(orders, <|> as orders }");
    assert!(ask_one(&text).labels().contains(&"least:".to_owned()));
}

/// A call of `tune` with what stands at the mark.
fn tuning(argument: &str) -> crate::support::Asked {
    let text = format!(
        "use std.learn.{{boosted_trees, logistic, tune}}\nuse std.prep.{{standardize}}\nuse std.metrics.{{auc}}\npipeline p {{\n    let trees = boosted_trees(objective: binary)\n    let best = tune({argument}\n}}"
    );
    ask_one(&shop(&text))
}

#[test]
fn metrics_where_one_is_due() {
    for argument in ["trees, train: orders, valid: orders, maximize: <|>", "trees, train: orders, minimize: lo<|>)"] {
        let asked = tuning(argument);
        assert_eq!(asked.best().lines().map(|line| line.split(' ').next().unwrap_or("")).collect::<Vec<_>>(), ["auc"]);
        let labels = asked.labels();
        let place = |name: &str| labels.iter().position(|label| label == name).unwrap();
        assert!(place("log_loss") < place("orders") && place("log_loss") < place("logistic"), "{labels:?}");
    }
    let text = shop("use std.metrics.{auc}\npipeline p { track evaluate(m, on: [orders], metrics: [<|>]) }");
    assert!(ask_one(&text).best().starts_with("auc"), "{}", ask_one(&text).best());
}

#[test]
fn arguments_of_the_learner_where_a_search_is_due() {
    for learner in ["trees", "boosted_trees(objective: binary)", "learner: trees"] {
        let found = tuning(&format!("{learner}, train: orders, over: {{ rounds: 10..20, le<|> }})")).best();
        assert!(found.lines().any(|line| line.starts_with("leaves: |")), "{learner}: {found}");
        assert!(!found.contains("rounds:"), "{learner}: {found}");
    }
    let chain = tuning("standardize([.price]) >> logistic(), over: { logistic: { <|> } })").best();
    assert!(chain.lines().any(|line| line.starts_with("l2: |")), "{chain}");
    let elsewhere = tuning("trees, train: orders, valid: { le<|> })").best();
    assert!(!elsewhere.contains("leaves:"), "{elsewhere}");
}

#[test]
fn steps_that_take_what_stands_before_the_pipe() {
    let found = ask_one(&in_node("orders |> <|>")).complete();
    let first: Vec<&str> = found.iter().filter(|it| it.rank == 0).map(|it| it.label.as_str()).collect();
    for name in ["filter", "derive", "group", "join", "take"] {
        assert!(first.contains(&name), "{name}: {first:?}");
    }
    assert!(!first.contains(&"lower"), "{first:?}");
    let text = shop("node clean(o: table[Order]) -> table[Order] { o }\npipeline p { save orders |> <|> as orders }");
    assert!(ask_one(&text).best().contains("clean"));
}

#[test]
fn functions_that_take_a_value() {
    let found = ask_one(&in_node("orders |> derive { a = .buyer.<|> }")).labels();
    assert!(found.contains(&"lower".to_owned()), "{found:?}");
    assert!(!found.contains(&"weekday".to_owned()), "{found:?}");
    let found = ask_one(&in_node("orders |> derive { a = .at.<|> }")).labels();
    assert!(found.contains(&"weekday".to_owned()), "{found:?}");
}

#[test]
fn a_value_has_aggregates_only_where_rows_are_summed_up() {
    let first = |text: &str| ask_one(text).complete().remove(0).label;
    let labels = |text: &str| ask_one(text).labels();
    for text in ["test \"t\" { expect \"abc\".<|> }", "test \"t\" { expect @2021-01-26.<|> }"] {
        assert!(!labels(text).contains(&"distinct_count".to_owned()), "{text}");
    }
    let parts = "pipeline p {\n    let d = orders |> split_random(train: 1.0, seed: 1)\n    track d.<|>\n}";
    assert_eq!(labels(&shop(parts)), ["train"]);
    assert!(!labels(&in_node("orders |> filter(.buyer.<|>)")).contains(&"distinct_count".to_owned()));
    let derived = labels(&in_node("orders |> derive { a = .buyer.<|> }"));
    let place = |name: &str| derived.iter().position(|label| label == name).unwrap();
    assert!(place("lower") < place("distinct_count"), "{derived:?}");
    assert_eq!(first(&in_node("orders |> group(by: [.buyer]) { n = .buyer.<|> }")), "count_values");
    assert!(labels(&in_node("orders |> derive { a = <|> }")).contains(&"mean".to_owned()));
}

#[test]
fn what_is_due_comes_first() {
    let text = shop("pipeline p {\n    save orders |> split_random(train: 80%, test: 20%, seed: <|>) as orders\n}");
    assert!(ask_one(&text).best().contains("days | int"), "{}", ask_one(&text).best());
    let found = ask_one("schema S { a: int }\ncatalog { s: table[S] = <|> }").best();
    assert!(found.lines().any(|line| line.starts_with("parquet")) && !found.contains("schema"), "{found}");
    let in_pipeline = ask_one(&shop("pipeline p {\n    save <|>\n}")).labels();
    let place = |name: &str| in_pipeline.iter().position(|label| label == name).unwrap();
    assert!(place("orders") < place("union") && place("union") < place("Order"), "{in_pipeline:?}");
}

#[test]
fn names_in_scope() {
    let found = ask_one(&shop("pipeline p {\n    let mine = orders\n    save <|>\n}")).complete();
    let detail = |label: &str| found.iter().find(|it| it.label == label).and_then(|it| it.detail.clone());
    assert_eq!(detail("mine").as_deref(), Some("table[Order]"));
    assert_eq!(detail("orders").as_deref(), Some("table[Order]"));
    assert_eq!(detail("days").as_deref(), Some("int"));
    let docs = found.iter().find(|it| it.label == "days").and_then(|it| it.docs.clone()).unwrap();
    assert!(docs.contains("How many days count."), "{docs}");
    let in_row = ask_one(&in_node("orders |> filter(<|>)")).labels();
    assert!(!in_row.contains(&"filter".to_owned()), "a row has no steps");
    assert!(in_row.contains(&".price".to_owned()), "{in_row:?}");
    assert_snapshot!(ask_one(&shop("pipeline p { save orders as <|> }")).best(), @r"
    orders | table[Order]
    buyers | table[Buyer]
    ");
}

#[test]
fn a_name_that_needs_an_import_brings_it() {
    let text = shop("use std.prep.{impute}\npipeline p {\n    let a = one<|>\n}");
    let asked = ask_one(&text);
    let found = asked.complete();
    let one_hot = found.iter().find(|it| it.label == "one_hot").unwrap();
    assert_eq!(one_hot.detail.as_deref(), Some("use std.prep"));
    assert!(asked.changed(&one_hot.further).contains("use std.prep.{impute, one_hot}"));
    let asked = ask_one("## About.\n\npipeline p {\n    let a = boosted<|>\n}\n");
    let found = asked.complete();
    let trees = found.iter().find(|it| it.label == "boosted_trees").unwrap();
    let after = asked.changed(&trees.further);
    assert!(after.contains("\nuse std.learn.{boosted_trees}\n"), "{after}");
}

#[test]
fn imports() {
    assert_snapshot!(ask_one("use std.<|>").labels().join(" "), @"prep learn metrics monitor report embed recommend features graph");
    assert!(ask_one("use std.metrics.{auc, lo<|>}").labels().contains(&"log_loss".to_owned()));
    let files = [("main.gml", "use <|>"), ("lib.gml", "param a: int = 1\nnode n(t: table[T]) -> table { t }")];
    assert!(ask(&files).labels().contains(&"lib".to_owned()));
    let files = [("main.gml", "use lib.{<|>"), files[1]];
    assert_eq!(ask(&files).labels(), ["a", "n"]);
    let nested = |inner| {
        let main = ("main.gml", "use shop.sessions.{b}\nparam n: int = b");
        ask(&[main, ("shop/sessions.gml", inner), ("shop/near.gml", "param c: int = 1"), files[1]]).labels()
    };
    let modules = nested("use <|>");
    assert!(modules.starts_with(&["near".to_owned(), "lib".to_owned()]), "{modules:?}");
    assert!(!modules.contains(&"main".to_owned()), "{modules:?}");
    assert_eq!(nested("use lib.{<|>"), ["a", "n"]);
}

#[test]
fn words_where_something_begins() {
    assert!(ask_one("<|>").labels().contains(&"pipeline".to_owned()));
    assert!(ask_one("param a: int = 1\n\nno<|>\n\nparam b: int = 2\n").labels().contains(&"node".to_owned()));
    assert!(ask_one("pipeline p {\n    <|>\n}").labels().contains(&"save".to_owned()));
    assert!(ask_one("test \"t\" {\n    <|>\n}").labels().contains(&"expect".to_owned()));
    assert!(ask_one("schema S {\n    <|>\n}").labels().contains(&"target".to_owned()));
    assert!(ask_one("schema S { a: int <|> }").labels().contains(&"in".to_owned()));
    assert!(ask_one("schema S { a: timestamp parsed <|> }").labels().contains(&"us".to_owned()));
    assert!(ask_one("schema S { a: <|> }").labels().contains(&"timestamp".to_owned()));
    assert!(ask_one(&shop("node n(a: table[<|>) -> table { a }")).labels().contains(&"Order".to_owned()));
    assert!(ask_one("allow(<|>)\nparam a: int = 1").labels().iter().any(|lint| lint.starts_with("unused")));
}

#[test]
fn envs() {
    let found = ask_one(&shop("env cloud { <|> }")).labels();
    assert!(found.contains(&"days".to_owned()) && found.contains(&"catalog".to_owned()), "{found:?}");
    let found = ask_one(&shop("env cloud { catalog.<|> = csv(\"x\") }")).labels();
    assert_eq!(found, ["orders", "buyers"]);
}

#[test]
fn keys_of_the_rows_of_a_table() {
    let text = shop("test \"t\" {\n    let b = table[Buyer] [ { <|> } ]\n    expect true\n}");
    assert_snapshot!(ask_one(&text).best(), @r"
    buyer | id str
    age | int
    ");
}

#[test]
fn nothing_in_comments_and_numbers() {
    assert!(ask_one("# say <|>").complete().is_empty());
    assert!(ask_one("param a: int = 12<|>").complete().is_empty());
}

#[test]
fn errors_elsewhere_do_not_matter() {
    let text = shop(
        "node broken(((\n\nnode n(orders: table[Order]) -> table {\n    orders |> filter(.<|>\n}\n\npipeline q { save ]]] as }",
    );
    assert!(ask_one(&text).best().contains("price | float?"));
}
