## Figures of how good a model is. They go into the run record with `track`, and into reports.

## Predicted probability against what came to be, in `bins` of equally many rows, with 95% intervals; of a calibrated model also
## before the calibration.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track calibration_plot(model, on: data.test)
## }
## ```
operator calibration_plot[R, O: probability](
    model: model[R -> O],
    on: table[R] in test,
    bins: int in 1..1000 = 10,
) -> figure

## True positive rate against false positive rate, at every threshold.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track roc_plot(model, on: data.test)
## }
## ```
operator roc_plot[R](model: model[R -> { score: float, .. }], on: table[R] in test) -> figure

## Precision against recall, at every threshold.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track precision_recall_plot(model, on: data.test)
## }
## ```
operator precision_recall_plot[R](model: model[R -> { score: float, .. }], on: table[R] in test) -> figure

## How many times more positives there are among the best scored rows than among all, by their share.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track lift_plot(model, on: data.test)
## }
## ```
operator lift_plot[R](model: model[R -> { score: float, .. }], on: table[R] in test) -> figure

## Which share of all positives is among the best scored rows, by their share.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track gain_plot(model, on: data.test)
## }
## ```
operator gain_plot[R](model: model[R -> { score: float, .. }], on: table[R] in test) -> figure

## How many rows of each class were taken for which; of two classes, a probability of at least `threshold` says true.
##
## ```gml run
## use std.learn.{boosted_trees}
## catalog { visits: table { id visitor: str, pages: int, device: category, target bought: bool } = csv("visits.csv") }
## pipeline training {
##     let data = visits |> split_random(train: 60%, valid: 20%, test: 20%, seed: 1)
##     let model = fit(boosted_trees(objective: binary), train: data.train)
##     track confusion_plot(model, on: data.test, threshold: 0.3)
## }
## ```
operator confusion_plot[R, O: classes](
    model: model[R -> O],
    on: table[R] in test,
    threshold: float in 0.0..1.0 = 0.5,
) -> figure
