## Reports: pages for people, each one HTML file that needs nothing else.

## What is in a table: types, quantiles, histograms, frequent values, nulls, correlations, and what looks odd.
##
## ```gml run
## use std.report.{profile}
## catalog { visits: table { id visitor: str, pages: int? } = csv("visits.csv") }
## pipeline explore { track profile(visits) }
## ```
operator profile[R](input: table[R]) -> report

## Several results on one page, under their names in the order given: metrics, figures, reports and tables. Metrics behind each
## other that have the same names stand in one table, a row for each, and in a figure.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## use std.report.{report}
## catalog { visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track report(title: "Who buys?") {
##         how_good = evaluate(model, on: [data.test], metrics: [auc]),
##         calibration = calibration_plot(model, on: data.test),
##         what_matters = importance(model, on: data.test),
##     }
## }
## ```
operator report[S](title: str, parts: results[S]) -> report

## What a model is: what it was trained on and how, what it predicts, how good it is on `on`, for whom it is worse (`by`), and
## what it is for, as `purpose` and `limits` say (Mitchell et al. 2019).
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## use std.report.{model_card}
## catalog { visits: table { id visitor: str, device: category, pages: int, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track model_card(model, on: data.test, metrics: [auc], by: [.device], purpose: "Whom to write to.")
## }
## ```
operator model_card[R, O, G](
    model: model[R -> O],
    on: table[R] in test,
    metrics: list[metric],
    by: keys[R -> G] = none,
    purpose: str = "",
    limits: str = "",
) -> report
