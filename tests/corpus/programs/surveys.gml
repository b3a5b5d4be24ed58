## Answers of a survey: cleaning of text, dates in several forms, unions of years.
param root: str = "data"
param threshold: int = 3

schema Answer {
    id   person: str,
    time answered: date,
         question: int in 1..40,
         answer: str?,
         score: int? in 1..5,
}

schema Raw { person: str?, day: str, hour: time?, question: str, answer: str?, score: str?, seconds: duration? }

schema Person { id person: str, birth_year: int?, gender: enum["f", "m", "x"]?, groups: list[str], joined: timestamp?, unique [person] }

catalog {
    first_wave: table[Raw]   = csv(f"{root}/2022.csv", delimiter: ";", quote: "'"),
    second_wave: table[Raw]  = csv(f"{root}/2023.csv"),
    persons: table[Person]   = parquet(f"{root}/persons.parquet"),
    answers: table[Answer]   = parquet(f"{root}/answers.parquet"),
    by_group: table { group_name: str, question: int, mean_score: float?, spread: float?, n: int } = csv(f"{root}/by_group.csv"),
    panel: table { id person: str, answered: int, skipped: int, lowest: int?, last_answer: date, complete: bool } = csv(f"{root}/panel.csv"),
}

node clean(raw: table[Raw]) -> table[Answer] {
    raw
        |> filter(.person is not null)
        |> derive { answered = .day.trim().to_date("%d/%m/%Y"), question = .question.replace("Q", "").to_int(), score = .score.to_int() }
        |> filter(.answered is not null and .question is not null)
        |> select { person = .person.upper(), answered = .answered, question = .question, answer = .answer, score = .score }
        |> take(1, per: [.person, .question])
}

node score_by_group(answers: table[Answer], persons: table[Person]) -> table {
    answers
        |> join(persons |> filter(.gender != "x" ?? true), on: [.person], expect: many_to_one)
        |> explode([.groups])
        |> rename { group_name = .groups }
        |> group(by: [.group_name, .question]) { mean_score = mean(.score), spread = std(.score), n = distinct_count(.person) }
        |> filter(.n >= threshold)
}

node panel_of(answers: table[Answer]) -> table {
    answers
        |> group(by: [.person]) {
            answered = count_values(.answer),
            skipped = count(where: .answer is null),
            lowest = min(.score),
            last_answer = max(.answered),
            complete = all(.score is not null),
        }
        |> sort([.person])
}

pipeline cleaning {
    let waves = union([clean(first_wave), clean(second_wave)])
    expect count(waves) > 100, "too few answers are left"
    save waves as answers
}

pipeline summaries {
    save score_by_group(answers, persons) as by_group
    save panel_of(answers |> last(52w, by: .answered)) as panel
}

test "an answer without a date is left out" {
    let raw = table[Raw] [
        { person: "p1", day: "03/05/2022", question: "Q7", score: "4" },
        { person: "p2", day: "soon", question: "Q7", score: "5" },
    ]
    expect count(clean(raw)) == 1
    expect first(clean(raw)).answered == @2022-05-03
    expect first(clean(raw)).person == "P1" and first(clean(raw)).score == 4
}
