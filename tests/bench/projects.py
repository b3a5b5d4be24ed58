"""Projects of many nodes, to measure `gmlc check` with: every node has seven operators and is used once."""

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
