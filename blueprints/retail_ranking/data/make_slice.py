"""Cuts the slice that ships out of UCI's Online Retail, in the form of the H&M competition's files.

    make_slice.py SOURCE TARGET_FOLDER [SHARE]

SOURCE is the data set as one Parquet file (Description, Quantity, InvoiceDate, UnitPrice, CustomerID). SHARE is the percentage of
customers that is kept, 25 where it is left out, 100 for all of them.
"""

import hashlib
import re
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

COLOURS = (
    "AMBER AQUA BEIGE BLACK BLUE BROWN CLEAR COPPER CREAM CRIMSON FUSCHIA GOLD GREEN GREY IVORY JADE LILAC MAGENTA MAUVE MINT ORANGE "
    "PINK PURPLE RED ROSE RUBY SILVER TURQUOISE VIOLET WHITE YELLOW"
).split()
# A word that ends fewer descriptions names no kind of article.
COMMON = 5


def kept(customer: int, share: int) -> bool:
    digest = hashlib.md5(str(customer).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < share


def words(description: str) -> list[str]:
    return re.findall(r"[A-Z0-9][A-Z0-9'/&-]*", description.upper())


def main(source: Path, target: Path, share: int) -> None:
    lines = pq.read_table(source)
    sold = pc.and_(pc.greater(lines["Quantity"], 0), pc.greater(lines["UnitPrice"], 0))
    lines = lines.filter(pc.and_(sold, pc.and_(pc.is_valid(lines["CustomerID"]), pc.is_valid(lines["Description"]))))
    # Lines of the same moment keep their order.
    order = pc.sort_indices(lines.append_column("row", pa.array(range(len(lines)))), [("InvoiceDate", "ascending"), ("row", "ascending")])
    lines = lines.take(order)

    # Numbers and kinds are those of the whole data set, whatever is kept of it.
    descriptions = sorted(set(lines["Description"].to_pylist()))
    number = {description: f"{place:05}" for place, description in enumerate(descriptions, 1)}
    last = Counter()
    for description in descriptions:
        plain = [word for word in words(description) if word not in COLOURS and word.isalpha()]
        last[plain[-1] if plain else ""] += 1

    def article(description: str) -> dict:
        all_words = words(description)
        colours = [word for word in all_words if word in COLOURS]
        plain = [word for word in all_words if word not in COLOURS] or all_words or [description]
        kinds = [word for word in plain if word.isalpha()]
        kind = kinds[-1] if kinds and last[kinds[-1]] >= COMMON else "OTHER"
        return {
            "article_id": number[description],
            "prod_name": " ".join(plain),
            "product_type_name": kind,
            "colour_group_name": colours[0] if colours else "NONE",
            "detail_desc": " ".join(description.split()).capitalize(),
        }

    lines = lines.filter(pa.array([kept(customer, share) for customer in lines["CustomerID"].to_pylist()]))
    customers = sorted(set(lines["CustomerID"].to_pylist()))
    bought = sorted(set(lines["Description"].to_pylist()))
    target.mkdir(parents=True, exist_ok=True)
    tables = {
        "transactions": pa.table({
            "t_dat": lines["InvoiceDate"].cast(pa.timestamp("s"), safe=False).cast(pa.date32()),
            "customer_id": pc.cast(lines["CustomerID"], pa.string()),
            "article_id": pa.array([number[description] for description in lines["Description"].to_pylist()]),
            "price": lines["UnitPrice"],
        }),
        "customers": pa.table({
            "customer_id": pa.array([str(customer) for customer in customers]),
            "age": pa.nulls(len(customers), pa.float64()),
        }),
        "articles": pa.Table.from_pylist([article(description) for description in bought]),
    }
    for name, table in tables.items():
        pq.write_table(table, target / f"{name}.parquet", compression="zstd", compression_level=19)
        print(f"{name}: {len(table)} rows, {(target / f'{name}.parquet').stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 25)
