## Watching what runs: whether the data have moved, whether the model still holds, and which of two models is the better.

## How far the columns of `current` have moved from those of `reference`. Numbers, dates and times are held against each other
## by the population stability index over the reference's deciles and the Kolmogorov-Smirnov test, others by the index over
## values and the chi-square test; the Jensen-Shannon distance is there for both. P-values are corrected for the number of
## columns (Benjamini and Hochberg 1995). A column has drifted where its corrected p-value is below `significance` and its index
## above `index`. Columns with a role other than `target`, and those of lists and structs, are left out.
##
## Nulls are a bin of their own in the index and among values. Values of which fewer than 5 rows are expected in the smaller
## table are taken together; an empty bin counts as a share of 0.0001 in the index. The Kolmogorov-Smirnov test is exact where
## neither table has more than 10,000 rows.
##
## `columns` has a row for each column: its statistics, the shares of nulls, and which values are new or gone. The report also says
## which columns only `current` has, and which are numbers in one table and texts in the other. A column that is gone from `current`,
## which can only be seen at a run where its schema is open (`table { .. }`), has drifted: it is compared as if it were null in all
## rows, and the report says so. A target that is missing there is only not known yet, and not compared; where the schema says that
## there is none, `drop` it from `reference`.
##
## ```gml run
## use std.monitor.{drift}
## catalog {
##     visits: table { id visitor: str, pages: int, device: category } = csv("visits.csv"),
##     today: table { id visitor: str, pages: int, device: category } = csv("today.csv"),
## }
## pipeline watch {
##     let shift = drift(reference: visits, current: today)
##     track shift
##     expect shift.share_drifted < 50%, "the traffic is another one"
## }
## ```
operator drift[R](
    reference: table[R],
    current: table[R],
    significance: float in 0.0..1.0 = 0.05,
    index: float >= 0 = 0.1,
) -> {
    share_drifted: float in 0.0..1.0,
    columns: table {
        column: str, drifted: bool, stability_index: float, statistic: float, p_value: float, distance: float,
        nulls_before: float, nulls_now: float, new_values: list[str], gone_values: list[str],
    },
    report: report,
}

## How well a model does now that the targets are known, against how it did on `baseline`. `worse`: by more than `tolerance`
## (a share of the baseline's value), and by more than chance (the interval of what is lost, over 1000 bootstrap samples of both
## tables, lies above 0). `metrics` holds both values, `current` and `baseline`, with their intervals.
##
## ```gml run
## use std.learn.{boosted_trees}
## use std.metrics.{auc}
## use std.monitor.{performance}
## catalog {
##     visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv"),
##     today: table { id visitor: str, pages: int, target bought: bool } = csv("today.csv"),
## }
## pipeline watch {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     let now = performance(model, on: today, baseline: data.test, metric: auc, seed: 1)
##     track now
##     expect not now.worse
## }
## ```
operator performance[R, O](
    model: model[R -> O],
    on: table[R] in test,
    baseline: table[R] in test,
    metric: metric,
    tolerance: float >= 0 = 0.05,
    seed: int = 0,
) -> { value: float, before: float, worse: bool, metrics: metrics }

## The better of two models on the same rows: the challenger where its metric is better, else the champion. Both values go into
## the run record (`auc.challenger`, `auc.champion`). The champion may be the model in use, read from a dataset that keeps
## versions, to which the better one is saved; the first version is saved by another pipeline, without `promote`.
##
## ```gml run
## use std.learn.{boosted_trees, logistic}
## use std.metrics.{auc}
## use std.monitor.{promote}
## catalog {
##     visits: table { id visitor: str, pages: int, target bought: bool } = csv("visits.csv"),
##     propensity: model = artifact("propensity", versioned: true),
## }
## pipeline training {
##     let data = visits |> split_random(train: 80%, test: 20%, seed: 1)
##     let champion = fit(logistic(), train: data.train)
##     let challenger = fit(boosted_trees(objective: binary), train: data.train)
##     save promote(challenger, over: champion, on: data.test, metric: auc) as propensity
## }
## ```
operator promote[R, O](
    challenger: model[R -> O],
    over: model[R -> O],
    on: table[R] in test,
    metric: metric,
) -> model[R -> O]
