## Sends tickets of a help desk to the right team: features of their text, several classes.
use std.prep.{impute, one_hot, ordinal}
use std.learn.{boosted_trees}
use std.metrics.{accuracy, log_loss}

param root: str = "data"
param seed: int = 17

schema Ticket {
    id     ticket: int,
    time   opened: timestamp parsed "%d.%m.%Y %H:%M",
           subject: str,
           body: str?,
           sender: str matches r"^[^@ ]+@[^@ ]+$",
           channel: enum["mail", "phone", "chat"],
           priority: int? in 1..4,
           labels: list[str],
    target team: enum["billing", "network", "hardware", "accounts"],
    unique [ticket],
}

catalog {
    tickets: table[Ticket] = jsonl(f"{root}/tickets.jsonl", on_violation: warn),
    router: model          = artifact(f"{root}/models/router"),
    routed: table { id ticket: int, label: str, urgent: bool } = csv(f"{root}/routed.csv"),
}

fn domain(sender: str) -> str = sender.extract(r"@(.+)$") ?? "none"

fn mentions(text: str, word: str) -> bool = text.lower().has_text(word)

node features(tickets: table[Ticket]) -> table {
    tickets
        |> derive {
            domain = domain(.sender),
            length = char_count(.body ?? ""),
            words = word_count(.subject),
            asks_for_money = mentions(.subject, "invoice") or mentions(.subject, "refund"),
            asks_for_network = .subject.matches(r"(?i)\b(vpn|wifi|dns)\b"),
            is_reply = .subject.starts_with("Re:"),
            amount = .body.extract(r"(\d+) EUR").to_float(),
            label_count = .labels.length(),
            first_label = .labels.at(0) ?? "none",
            weekday = .opened.weekday(),
            by_night = not (.opened.hour() in 7..<19),
        }
        |> drop([.subject, .body, .sender, .labels])
}

pipeline training {
    let data = features(tickets) |> split_random(train: 70%, valid: 15%, test: 15%, seed: seed)
    let recipe = impute(most_frequent, [.priority]) >> impute(zero, [.amount]) >> one_hot([.channel]) >> ordinal([.domain, .first_label])
    let learner = boosted_trees(objective: multiclass, rounds: 200, stop_after: 10, leaves: 31, seed: seed)
    let model = fit(recipe >> learner, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [accuracy, log_loss])
    track evaluate(model, on: [data.train], metrics: [accuracy], in_sample: true)
    save model as router
}

pipeline routing(from: timestamp = @2024-04-01T00:00:00Z) {
    save features(tickets |> filter(.opened >= from))
        |> predict(router)
        |> derive { urgent = .priority == 1 ?? false }
        |> select([.ticket, .label, .urgent])
        as routed
}

test "the domain of a sender" {
    expect domain("ann@example.org") == "example.org"
    expect domain("nobody") == "none"
    expect mentions("Invoice of March", "invoice")
}
