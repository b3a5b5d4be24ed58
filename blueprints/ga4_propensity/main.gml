## Propensity to add to cart, from Google Analytics 4 events: train, calibrate, explain, score, watch.
use std.prep.{impute, one_hot, ordinal}
use std.learn.{boosted_trees, tune}
use std.metrics.{auc, average_precision, brier, log_loss}
use std.monitor.{drift}

param root: str = "data"
param seed: int = 42
## How many settings of the trees are tried. `budget: 60s` in place of `trials: trials` would stop by the clock; then two runs differ.
param trials: int = 40
## A visit is called promising from this probability on; 4% of all visits put something into the cart.
param threshold: float = 4%
## With `--env bigquery`: the project that queries are run in, and the days that are read.
param project: str = "my-project"
param first_day: date = @2020-12-19
param last_day: date = @2021-01-10

## The GA4 export, as BigQuery writes it: one row an event. Only what is used is named; the rest of the file is not read.
schema Event {
    time event_timestamp: timestamp parsed us,
         event_date: date parsed "%Y%m%d",
         event_name: str,
         user_pseudo_id: str,
         event_params: list[struct {
             key: str,
             value: struct { string_value: str?, int_value: int?, float_value: float?, double_value: float? },
         }],
         device: struct { category: str, operating_system: str?, web_info: struct { browser: str? } },
         geo: struct { country: str?, city: str? },
         traffic_source: struct { name: str?, medium: str?, source: str? },
}

## One visit: what is known when it begins, and whether it then put something into the cart.
schema Session {
    id     visitor: str,
    id     session: int,
    id     date: date,
    time   started_at: timestamp,
           device: category,
           is_mobile: bool,
           os: category?,
           browser: category?,
           country: category?,
           city: category?,
           source: category?,
           medium: category?,
           campaign: category?,
           is_first_visit: bool,
           visits_before: int,
           page_views_before: int,
           products_before: int,
           carts_before: int,
           days_since_last: float?,
    target added_to_cart: bool,
}

schema Scored {
    id visitor: str,
    id session: int,
       score: float in 0.0..1.0,
       calibrated: float in 0.0..1.0,
       will_add_to_cart: bool,
}

catalog {
    events: table[Event]       = parquet(f"{root}/01_raw/events_*.parquet"),
    sessions: table[Session]   = parquet(f"{root}/03_primary/sessions.parquet"),
    propensity: model          = artifact(f"{root}/06_models/propensity", versioned: true),
    predictions: table[Scored] = parquet(f"{root}/07_model_output/predictions.parquet"),
}

## The export where Google Analytics puts it. Whose key is in the secret may run queries in the project.
env bigquery {
    catalog.events = query(
        bigquery(project: project, service_account: secret("BIGQUERY_ACCOUNT"), location: "US"),
        file: "sql/events.sql",
        args: { first_day, last_day },
    ),
}

## The value of one integer event parameter, if the event carries it.
fn int_param(params: list[struct { key: str, value: struct { int_value: int?, .. } }], name: str) -> int? =
    params.find(.key == name)?.value.int_value

## Events to sessions: one row a visitor and visit. Counters are of the visits before, never of the visit itself.
node sessionize(events: table[Event], days: range[date]) -> table[Session] {
    events
        |> filter(.event_date in days)
        |> derive { session = int_param(.event_params, "ga_session_id") }
        |> filter(.session is not null)
        |> group(by: { visitor = .user_pseudo_id, session = .session }) {
            date           = min(.event_date),
            started_at     = min(.event_timestamp),
            device         = first(.device.category, by: .event_timestamp),
            os             = first(.device.operating_system, by: .event_timestamp),
            browser        = first(.device.web_info.browser, by: .event_timestamp),
            country        = first(.geo.country, by: .event_timestamp),
            city           = first(.geo.city, by: .event_timestamp),
            source         = first(.traffic_source.source, by: .event_timestamp),
            medium         = first(.traffic_source.medium, by: .event_timestamp),
            campaign       = first(
                if .traffic_source.medium == "cpc" then .traffic_source.name else null,
                by: .event_timestamp,
            ),
            is_first_visit = any(.event_name == "first_visit"),
            page_views     = count(where: .event_name == "page_view"),
            product_pages  = count(where: .event_name == "view_item"),
            added_to_cart  = any(.event_name == "add_to_cart"),
        }
        |> derive { is_mobile = .device == "mobile" }
        |> derive(over: [.visitor], order: [.started_at], rows: before) {
            visits_before     = count(),
            page_views_before = sum(.page_views),
            products_before   = sum(.product_pages),
            carts_before      = count(where: .added_to_cart),
            days_since_last   = .started_at.days_since(max(.started_at)),
        }
        |> drop([.page_views, .product_pages])
}

## When a visit began, as features.
node with_calendar(sessions: table[Session]) -> table {
    sessions |> derive { weekday = .started_at.weekday(), hour = .started_at.hour() }
}

pipeline prepare(days: range[date] = @2020-12-19..@2021-01-10) {
    save sessionize(events, days) as sessions
}

pipeline training {
    let data = with_calendar(sessions)
        |> split_time(
            by: .date,
            train: @2020-12-19..@2021-01-03,
            valid: @2021-01-04..@2021-01-06,
            test: @2021-01-07..@2021-01-10,
        )

    let recipe = impute(mean, [.days_since_last])
              >> impute("UNKNOWN", [.campaign])
              >> one_hot([.device, .os, .browser, .source, .medium])
              >> ordinal([.country, .city, .campaign, .weekday, .hour])

    let trees = boosted_trees(objective: binary, rounds: 200, stop_after: 30, seed: seed)
    let best = tune(
        recipe >> trees,
        train: data.train,
        valid: data.valid,
        maximize: auc,
        trials: trials,
        seed: seed,
        over: {
            depth: 2..10,
            leaves: log(4..256),
            learning_rate: log(0.001..1.0),
            row_fraction: 0.5..1.0,
            column_fraction: 0.5..1.0,
            l1: log(1e-8..1.0),
            l2: log(1e-8..1.0),
        },
    )
    let model = fit(best, train: data.train, valid: data.valid)
    # `method: isotonic` follows the data closer, and needs more than the few hundred positives of these three days.
    let calibrated = calibrate(model, on: data.valid, method: sigmoid)

    track evaluate(calibrated, on: [data.test], metrics: [auc, log_loss, brier, average_precision])
    track evaluate(calibrated, on: [data.train, data.valid], metrics: [auc, log_loss], in_sample: true)
    track calibration_plot(calibrated, on: data.test)
    track explain(calibrated, on: data.test, top: 5)
    save calibrated as propensity
}

pipeline scoring(day: date = @2021-01-10) {
    let today = with_calendar(sessionize(events, day..day))
    save today
        |> predict(propensity)
        |> derive { will_add_to_cart = .calibrated >= threshold }
        |> select([.visitor, .session, .score, .calibrated, .will_add_to_cart])
        as predictions
}

## Has the traffic moved away from what the model learned? If so, learn again.
pipeline watch(day: date = @2021-01-10) {
    let shift = drift(reference: sessions, current: sessionize(events, day..day))
    track shift
    when shift.share_drifted > 30% { run training() }
}

test "one add_to_cart makes the visit a positive" {
    let events = table[Event] [
        { event_timestamp: @2021-01-26T08:00:00Z, event_date: @2021-01-26, event_name: "session_start",
          user_pseudo_id: "a", event_params: [{ key: "ga_session_id", value: { int_value: 7 } }],
          device: { category: "mobile", web_info: {} }, geo: {}, traffic_source: {} },
        { event_timestamp: @2021-01-26T08:01:00Z, event_date: @2021-01-26, event_name: "add_to_cart",
          user_pseudo_id: "a", event_params: [{ key: "ga_session_id", value: { int_value: 7 } }],
          device: { category: "mobile", web_info: {} }, geo: {}, traffic_source: {} },
    ]
    let sessions = sessionize(events, @2021-01-26..@2021-01-26)
    expect count(sessions) == 1
    expect first(sessions).added_to_cart
    expect first(sessions).started_at == @2021-01-26T08:00:00Z
}

test "what a visitor did before is known, what the visit itself brings is not" {
    let events = table[Event] [
        { event_timestamp: @2021-01-26T08:00:00Z, event_date: @2021-01-26, event_name: "page_view", user_pseudo_id: "a",
          event_params: [{ key: "ga_session_id", value: { int_value: 7 } }],
          device: { category: "mobile", web_info: {} }, geo: {}, traffic_source: {} },
        { event_timestamp: @2021-01-28T20:00:00Z, event_date: @2021-01-28, event_name: "page_view", user_pseudo_id: "a",
          event_params: [{ key: "ga_session_id", value: { int_value: 8 } }],
          device: { category: "mobile", web_info: {} }, geo: {}, traffic_source: {} },
    ]
    let sessions = sessionize(events, @2021-01-26..@2021-01-28)
    let second = first(sessions |> filter(.session == 8))
    expect count(sessions) == 2
    expect first(sessions).visits_before == 0
    expect first(sessions).days_since_last is null
    expect second.visits_before == 1
    expect second.page_views_before == 1
    expect second.days_since_last == 2.5
}

test "events without a session are left out" {
    let events = table[Event] [
        { event_timestamp: @2021-01-26T08:00:00Z, event_date: @2021-01-26, event_name: "page_view", user_pseudo_id: "a",
          event_params: [{ key: "page_title", value: { string_value: "Home" } }],
          device: { category: "mobile", web_info: {} }, geo: {}, traffic_source: {} },
    ]
    expect count(sessionize(events, @2021-01-26..@2021-01-26)) == 0
}
