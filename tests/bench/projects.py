"""Projects of many nodes, to measure with: every node has seven operators and is used once. In those that learn, the totals
of ten nodes are the features of a model, which a pipeline trains and judges and another one uses."""

from pathlib import Path

NODES_PER_FILE = 500

SCHEMAS = """\
schema Sale { id customer: str, day: date, price: float, pieces: int? }
schema Total { id customer: str, day: date, total: float, visits: int, before: float? }

"""

CATALOG = """\
catalog {
    sales: table[Sale] = parquet("sales.parquet"),
}

"""


def node(number: int) -> str:
    """A node; constants differ, so that no two are alike."""
    return f"""## Totals of a day, number {number}.
node totals_{number}(sales: table[Sale]) -> table[Total] {{
    sales
        |> filter(.price > {number % 7}.5 and .pieces is not null)
        |> derive {{ total = .price * .pieces, big = .price > {number % 90 + 10}.0 }}
        |> group(by: [.customer, .day]) {{ total = sum(.total), visits = count(), bigs = count(where: .big) }}
        |> derive(over: [.customer], order: [.day]) {{ before = lag(.total) }}
        |> filter(.visits > {number % 5})
        |> sort(by: [.day, desc(.total)])
        |> select([.customer, .day, .total, .visits, .before])
}}

"""


def pipeline(count: int) -> str:
    """A pipeline that uses every node."""
    calls = "".join(f"    expect count(totals_{number}(sales)) >= 0\n" for number in range(count))
    return f"pipeline all {{\n{calls}}}\n"


def in_one_file(count: int, folder: Path) -> None:
    """A project whose nodes are all in main.gml."""
    folder.mkdir(parents=True)
    nodes = "".join(map(node, range(count)))
    (folder / "main.gml").write_text(SCHEMAS + CATALOG + nodes + pipeline(count))


NODES_PER_MODEL = 10

USED_TO_LEARN = """\
use std.learn.{boosted_trees}
use std.metrics.{auc, brier}
use std.prep.{impute, scale}

"""

LEARNED_FROM = """\
schema Visit { id customer: str, id day: date, pages: int, seconds: float?, target bought: bool }

"""


def learning_catalog(models: int) -> str:
    """The data, and a model and its scores for each."""
    entries = "".join(
        f"""    buyer_{number}: model = artifact("buyer_{number}"),
    scores_{number}: table {{ id customer: str, id day: date, score: float }} = parquet("scores_{number}.parquet"),
"""
        for number in range(models)
    )
    return f"""catalog {{
    sales: table[Sale] = parquet("sales.parquet"),
    visits: table[Visit] = parquet("visits.parquet"),
{entries}}}

"""


def model(number: int) -> str:
    """A model of the totals of ten nodes: its features, its training and its use."""
    numbers = range(number * NODES_PER_MODEL, (number + 1) * NODES_PER_MODEL)
    joins = "".join(
        f"        |> join(totals_{part}(sales) |> rename {{ total_{part} = .total, visits_{part} = .visits, before_{part} = .before }},"
        " on: [.customer, .day], how: left, expect: many_to_one)\n"
        for part in numbers
    )
    filled = ", ".join(f".total_{part}" for part in numbers)
    return f"""## What model {number} is told of a customer's day.
node features_{number}(visits: table[Visit], sales: table[Sale]) -> table {{
    visits
        |> filter(.pages > {number % 5})
{joins}        |> derive {{ pace = .seconds / (.pages + 1) }}
}}

pipeline training_{number} {{
    let data = features_{number}(visits, sales)
        |> split_time(by: .day, train: @2021-01-01..@2021-01-20, valid: @2021-01-21..@2021-01-25, test: @2021-01-26..@2021-01-31)
    let recipe = impute(mean, [{filled}]) >> scale([.pages])
    let trees = boosted_trees(objective: binary, rounds: {number + 100}, stop_after: 20, seed: 1)
    let model = fit(recipe >> trees, train: data.train, valid: data.valid)
    track evaluate(model, on: [data.test], metrics: [auc, brier])
    save calibrate(model, on: data.valid, method: isotonic) as buyer_{number}
}}

pipeline scoring_{number} {{
    save features_{number}(visits, sales) |> predict(buyer_{number}) |> select([.customer, .day, .score]) as scores_{number}
}}

"""


def that_learns(models: int, folder: Path) -> None:
    """A project that trains so many models, each of the totals of ten nodes of its own; all of it is in main.gml."""
    folder.mkdir(parents=True)
    parts = (
        "".join(map(node, range(number * NODES_PER_MODEL, (number + 1) * NODES_PER_MODEL))) + model(number)
        for number in range(models)
    )
    (folder / "main.gml").write_text(USED_TO_LEARN + SCHEMAS + LEARNED_FROM + learning_catalog(models) + "".join(parts))


def in_several_files(count: int, folder: Path) -> None:
    """A project whose nodes are in files of 500, which main.gml uses."""
    folder.mkdir(parents=True)
    (folder / "schemas.gml").write_text(SCHEMAS)
    uses = ["use schemas.{Sale}\n"]
    for first in range(0, count, NODES_PER_FILE):
        numbers = range(first, min(count, first + NODES_PER_FILE))
        name = f"part_{first // NODES_PER_FILE}"
        nodes = "".join(map(node, numbers))
        (folder / f"{name}.gml").write_text("use schemas.{Sale, Total}\n\n" + nodes)
        uses.append(f"use {name}.{{{', '.join(f'totals_{number}' for number in numbers)}}}\n")
    (folder / "main.gml").write_text("".join(uses) + "\n" + CATALOG + pipeline(count))


def in_kedro(count: int, folder: Path) -> None:
    """A Kedro project of so many nodes, each with the same steps in pandas, in modules of 500."""
    package = folder / "src" / "measured"
    package.mkdir(parents=True)
    (folder / "conf" / "base").mkdir(parents=True)
    (folder / "conf" / "local").mkdir()
    (folder / "pyproject.toml").write_text(
        '[tool.kedro]\npackage_name = "measured"\nproject_name = "measured"\nkedro_init_version = "1.0.0"\n'
    )
    (folder / "conf" / "base" / "catalog.yml").write_text("sales:\n  type: pandas.ParquetDataset\n  filepath: sales.parquet\n")
    (package / "__init__.py").write_text('"""Measured."""\n')
    (package / "settings.py").write_text("")
    parts = []
    for first in range(0, count, NODES_PER_FILE):
        numbers = range(first, min(count, first + NODES_PER_FILE))
        part = f"part_{first // NODES_PER_FILE}"
        parts.append(part)
        functions = "".join(f"""def totals_{number}(sales):
    sales = sales[(sales.price > {number % 7}.5) & sales.pieces.notna()]
    sales = sales.assign(total=sales.price * sales.pieces, big=sales.price > {number % 90 + 10}.0)
    totals = sales.groupby(["customer", "day"]).agg(total=("total", "sum"), visits=("total", "size"), bigs=("big", "sum"))
    totals = totals.reset_index().sort_values("day")
    totals["before"] = totals.groupby("customer").total.shift()
    totals = totals[totals.visits > {number % 5}].sort_values(["day", "total"], ascending=[True, False])
    return totals[["customer", "day", "total", "visits", "before"]]


""" for number in numbers)
        nodes = "".join(f'    node(totals_{number}, "sales", "total_{number}"),\n' for number in numbers)
        (package / f"{part}.py").write_text(f"from kedro.pipeline import node\n\n\n{functions}NODES = [\n{nodes}]\n")
    imports = "".join(f"from measured import {part}\n" for part in parts)
    nodes = " + ".join(f"{part}.NODES" for part in parts)
    (package / "pipeline_registry.py").write_text(
        f'from kedro.pipeline import Pipeline\n\n{imports}\n\ndef register_pipelines():\n'
        f'    return {{"__default__": Pipeline({nodes})}}\n'
    )


def in_dbt(count: int, folder: Path) -> None:
    """A dbt project of so many models, each with the same steps in SQL."""
    models = folder / "models"
    models.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        'name: measured\nversion: "1.0"\nprofile: measured\nmodel-paths: ["models"]\nflags:\n  send_anonymous_usage_stats: false\n'
    )
    (folder / "profiles.yml").write_text(
        "measured:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: ':memory:' }\n"
    )
    (models / "sources.yml").write_text(
        "version: 2\nsources:\n  - name: raw\n    tables:\n      - name: sales\n"
    )
    for number in range(count):
        (models / f"totals_{number}.sql").write_text(f"""with sold as (
    select *, price * pieces as total, price > {number % 90 + 10} as big
    from {{{{ source('raw', 'sales') }}}} where price > {number % 7}.5 and pieces is not null
), totals as (
    select customer, day, sum(total) as total, count(*) as visits, count(*) filter (where big) as bigs
    from sold group by customer, day
)
select customer, day, total, visits, lag(total) over (partition by customer order by day) as before
from totals where visits > {number % 5} order by day, total desc
""")
