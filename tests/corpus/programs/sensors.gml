## Machines and their sensors: readings a second, events of the service crew, features of what happened before.
use std.prep.{scale}
use std.learn.{boosted_trees}
use std.metrics.{auc}

param root: str = "data"
param window: duration = 24h
param since: timestamp = @2024-02-01T00:00:00Z
param seed: int = 13

schema Reading {
    id   machine: str,
    time at: timestamp parsed ms,
         temperature: float32?,
         pressure: float?,
         speed: int16,
         state: enum["idle", "run", "stop"],
}

schema Service { id machine: str, time at: timestamp, kind: enum["check", "repair"], minutes: int > 0 }

schema Machine { id machine: str, model: category, built: date, position: struct { hall: str, row: int?, tag: str? }?, unique [machine] }

catalog {
    readings: table[Reading]  = parquet(f"{root}/readings/*.parquet"),
    service: table[Service]   = csv(f"{root}/service.csv"),
    machines: table[Machine]  = jsonl(f"{root}/machines.jsonl"),
    alarms: model             = artifact(f"{root}/models/alarms"),
    warnings: table { id machine: str, time at: timestamp, score: float, hall: str } = parquet(f"{root}/warnings.parquet"),
}

## A row every fifteen minutes and machine, with what its sensors said.
node quarters(readings: table[Reading]) -> table {
    readings
        |> filter(.at >= since)
        |> fill([.temperature, .pressure], direction: forward, order: [.at], over: [.machine])
        |> derive { slot = .at.truncate(15min) }
        |> group(by: [.machine, .slot]) {
            hottest = max(.temperature),
            pressure = mean(.pressure),
            jitter = std(.pressure),
            stops = count(where: .state == "stop"),
            fastest = max(.speed),
            ran = any(.state == "run"),
        }
        |> rename { at = .slot }
}

## The service before, however long ago.
node with_service(quarters: table { machine: str, at: timestamp, .. }, service: table[Service]) -> table {
    quarters
        |> join(service |> filter(.kind == "repair") |> derive { served_at = .at } |> select([.machine, .at, .served_at, .minutes]), at: [.at], on: [.machine], how: asof)
        |> derive { since_service = (.at - .served_at).in_hours() }
        |> drop([.served_at])
}

node alarmed(rows: table { machine: str, at: timestamp, stops: int, .. }) -> table {
    rows
        |> derive(over: [.machine], order: [.at]) { next_stops = lead(.stops), busy = sum(.stops, last: 6h), lately = count(last: window), before = lag(.stops) }
        |> filter(.next_stops is not null)
}

schema Quarter {
    id     machine: str,
    time   at: timestamp,
           hottest: float?,
           pressure: float?,
           since_service: float?,
           busy: int,
    target fails: bool,
}

pipeline training {
    let rows = alarmed(with_service(quarters(readings), service))
    let labelled = rows |> derive { fails = .next_stops > 0 } |> select([.machine, .at, .hottest, .pressure, .since_service, .busy, .fails])
    let data = labelled |> conform(Quarter) |> split_time(by: .at.to_day(), train: @2024-02-01..@2024-03-15, test: @2024-03-16..@2024-03-31)
    let model = fit(scale([.hottest, .pressure]) >> boosted_trees(objective: binary, seed: seed), train: data.train)
    track evaluate(model, on: [data.test], metrics: [auc])
    save model as alarms
}

pipeline watch {
    let rows = alarmed(with_service(quarters(readings), service)) |> derive { fails = false }
    save rows
        |> predict(alarms)
        |> join(machines |> select { machine = .machine, hall = .position?.hall ?? "unknown" }, on: [.machine], how: left, expect: many_to_one)
        |> filter(.score > 0.9)
        |> derive { hall = .hall ?? "unknown" }
        |> select([.machine, .at, .score, .hall])
        as warnings
}
