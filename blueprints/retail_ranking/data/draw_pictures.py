"""Draws a picture for each article, since Online Retail has none: what stands in the table of articles, made visible.

    draw_pictures.py FOLDER

FOLDER holds articles.parquet, as make_slice.py writes it, and gets pictures.parquet: `article_id`, and `picture` as PNG of 32 x 32
pixels. The kind of an article decides its outline and the ground, its colour how it is filled, the words of its name the pattern,
its size and its place. The same articles give the same bytes.
"""

import hashlib
import struct
import sys
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SIDE = 32

COLOURS = {
    "AMBER": (255, 191, 0), "AQUA": (0, 200, 200), "BEIGE": (222, 205, 170), "BLACK": (25, 25, 25), "BLUE": (40, 80, 200),
    "BROWN": (120, 75, 40), "CLEAR": (215, 230, 235), "COPPER": (184, 115, 51), "CREAM": (250, 240, 205), "CRIMSON": (180, 20, 50),
    "FUSCHIA": (220, 40, 160), "GOLD": (212, 175, 55), "GREEN": (50, 140, 60), "GREY": (128, 128, 128), "IVORY": (245, 243, 225),
    "JADE": (0, 150, 105), "LILAC": (200, 162, 200), "MAGENTA": (200, 0, 150), "MAUVE": (170, 130, 180), "MINT": (150, 230, 190),
    "ORANGE": (240, 130, 30), "PINK": (245, 150, 180), "PURPLE": (110, 50, 140), "RED": (205, 35, 35), "ROSE": (230, 100, 130),
    "RUBY": (155, 20, 70), "SILVER": (190, 192, 196), "TURQUOISE": (60, 200, 190), "VIOLET": (130, 70, 190), "WHITE": (250, 250, 250),
    "YELLOW": (245, 215, 50),
}


def heart(x, y):
    return (x * x + y * y - 0.5) ** 3 + x * x * y**3 < 0


# Whether a point belongs to the outline; the middle is 0, edges lie at -1 and 1, y grows downwards.
OUTLINES = [
    lambda x, y: x * x + y * y < 0.9,
    lambda x, y: 0.35 < x * x + y * y < 0.95,
    lambda x, y: max(abs(x), abs(y)) < 0.85,
    lambda x, y: abs(x) + abs(y) < 1,
    lambda x, y: abs(x) < (y + 0.95) / 2 and y < 0.9,
    lambda x, y: min(abs(x), abs(y)) < 0.35 and max(abs(x), abs(y)) < 0.95,
    lambda x, y: heart(1.1 * x, 1.1 * y),
    # A bag with its handle, a cup with its ear, a bottle, a frame, a bowl.
    lambda x, y: (abs(x) < 0.75 and -0.3 < y < 0.95) or (0.2 < x * x + (y + 0.3) ** 2 < 0.4 and y < -0.2),
    lambda x, y: (abs(x + 0.15) < 0.6 and abs(y) < 0.75) or (0.06 < (x - 0.5) ** 2 + y * y < 0.2 and x > 0.4),
    lambda x, y: (abs(x) < 0.5 and -0.2 < y < 0.95) or (abs(x) < 0.18 and -0.95 < y <= -0.2),
    lambda x, y: 0.55 < max(abs(x), abs(y)) < 0.9,
    lambda x, y: x * x + (y + 0.2) ** 2 < 0.9 and y > -0.2,
]
KINDS = {"HEART": 6, "BAG": 7, "MUG": 8, "CUP": 8, "BOTTLE": 9, "FRAME": 10, "BOWL": 11, "SIGN": 2, "PLATE": 0, "WREATH": 1}

# Whether the second colour shows at a point.
PATTERNS = [
    lambda x, y, wide: False,
    lambda x, y, wide: x // wide % 2 == 0,
    lambda x, y, wide: y // wide % 2 == 0,
    lambda x, y, wide: (x // wide + y // wide) % 2 == 0,
    lambda x, y, wide: (x + y) // wide % 2 == 0,
    lambda x, y, wide: x % (wide + 2) < 2 and y % (wide + 2) < 2,
]


def chance(*of: str) -> int:
    """A large number that follows from texts."""
    return int.from_bytes(hashlib.md5("\n".join(of).encode()).digest()[:8], "big")


def png(palette: list[tuple[int, int, int]], rows: list[list[int]]) -> bytes:
    """A PNG of four bits a pixel. It is not packed, since the file of all of them is."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", SIDE, SIDE, 4, 3, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(left << 4 | right for left, right in zip(row[::2], row[1::2])) for row in rows)
    colours = b"".join(bytes(colour) for colour in palette)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"PLTE", colours) + chunk(b"IDAT", zlib.compress(lines, 0)) + chunk(b"IEND", b"")


def picture(article: dict) -> bytes:
    kind, colour, name = article["product_type_name"], article["colour_group_name"], article["prod_name"]
    outline = OUTLINES[KINDS.get(kind, chance("outline", kind) % len(OUTLINES))]
    by_name = chance("name", name)
    filled = COLOURS.get(colour) or tuple(60 + (by_name >> shift) % 160 for shift in (0, 8, 16))
    second = tuple((part + 110) % 256 for part in filled)
    ground = tuple(225 + (chance("ground", kind) >> shift) % 28 for shift in (0, 8, 16))
    # The first word of a name tells much: a set, what it is made of, a motif.
    first = chance("motif", name.split(" ")[0])
    pattern, wide = PATTERNS[first % len(PATTERNS)], 2 + (first >> 8) % 3
    reach = 9 + (by_name >> 24) % 6
    left, top = SIDE / 2 + (by_name >> 32) % 5 - 2, SIDE / 2 + (by_name >> 40) % 5 - 2
    turned = (by_name >> 48) % 8
    rows = []
    for line in range(SIDE):
        row = []
        for column in range(SIDE):
            inside = outline((column + 0.5 - left) / reach, (line + 0.5 - top) / reach)
            row.append((2 if pattern(column + turned, line, wide) else 1) if inside else 0)
        rows.append(row)
    return png([ground, filled, second], rows)


def main(folder: Path) -> None:
    articles = pq.read_table(folder / "articles.parquet").to_pylist()
    table = pa.table({
        "article_id": [article["article_id"] for article in articles],
        "picture": pa.array([picture(article) for article in articles], pa.binary()),
    })
    path = folder / "pictures.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=19, use_dictionary=False, data_page_size=1 << 24)
    print(f"pictures: {len(table)} rows, {len(set(table['picture'].to_pylist()))} different ones, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
