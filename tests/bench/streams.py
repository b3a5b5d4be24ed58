#!/usr/bin/env python3
"""A stream of millions of rows, scored while its consumers are killed: nothing may be lost, and what comes twice is counted.

    tests/bench/streams.py [--rows 10000000] [--kills 20] [--consumers 2] [--two-servers]

Needs `cargo build --release --package gmlc`, `gmlc setup`, and redis-server (Debian: apt install redis-server). Rows are added as fast as they
are scored, and scores are taken away as they come, so that Redis holds some hundred thousand entries at a time.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
PROGRAM = """
use std.learn.{boosted_trees}

schema Visit { age: int, income: float, plan: enum["free", "paid"], target bought: bool }

catalog {
    visits: table[Visit] = csv("visits.csv"),
    buyer: model = artifact("models/buyer"),
}

pipeline training {
    save fit(boosted_trees(objective: binary, rounds: 100), train: visits) as buyer
}
"""
# Rows that may stand in the stream unread, and entries that are added or taken at once.
AHEAD, AT_ONCE = 100_000, 2_000


class Redis:
    """A server of its own, and a connection to it."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                self.file = socket.create_connection(("127.0.0.1", self.port)).makefile("rwb")
                return
            except OSError:
                time.sleep(0.05)

    def send(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.file.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))

    def read(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise SystemExit(rest.decode())
        if kind in (b"+", b":"):
            return int(rest) if kind == b":" else rest
        length = int(rest)
        if kind == b"*":
            return [self.read() for _ in range(length)]
        return None if length < 0 else self.file.read(length + 2)[:-2]

    def ask(self, *words):
        self.send(*words)
        self.file.flush()
        return self.read()


def consumer(project, rows, scores, number):
    command = [
        GMLC, "serve", "./models/buyer", "--port", "0", "--from", f"redis://127.0.0.1:{rows.port}/rows",
        "--to", f"redis://127.0.0.1:{scores.port}/scores", "--claim-after", "2", "--consumer", f"consumer-{number}",
    ]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--consumers", type=int, default=2)
    parser.add_argument("--two-servers", action="store_true")
    arguments = parser.parse_args()
    if not GMLC.exists() or not shutil.which("redis-server"):
        raise SystemExit("this needs gmlc (cargo build --release --package gmlc) and redis-server (Debian: apt install redis-server)")
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        (project / "main.gml").write_text(PROGRAM)
        visits = [(chance.randrange(90), chance.randrange(1000), chance.choice(["free", "paid"])) for _ in range(5_000)]
        lines = [f"{age},{income}.5,{plan},{str(age + income / 20 > 60).lower()}" for age, income, plan in visits]
        (project / "visits.csv").write_text("age,income,plan,bought\n" + "\n".join(lines) + "\n")
        subprocess.run([GMLC, "run", "--project", project], check=True, capture_output=True)
        rows = Redis(project)
        scores = Redis(project) if arguments.two_servers else rows
        rows.ask("XGROUP", "CREATE", "rows", "gml", "0", "MKSTREAM")
        started = time.time()
        consumers = [consumer(project, rows, scores, number) for number in range(arguments.consumers)]
        born = arguments.consumers
        times = bytearray(arguments.rows)
        added = seen = kills = 0
        while seen < arguments.rows:
            while added < arguments.rows and added - seen < AHEAD:
                count = min(AT_ONCE, arguments.rows - added)
                for number in range(added, added + count):
                    age, income, plan = visits[number % len(visits)]
                    # What was scored has no use any more: about twice as many as may be ahead are kept.
                    rows.send(
                        "XADD", "rows", "MAXLEN", "~", 4 * AHEAD, "*", "key", number, "age", age, "income", f"{income}.5", "plan", plan
                    )
                rows.file.flush()
                for _ in range(count):
                    rows.read()
                added += count
            taken = scores.ask("XRANGE", "scores", "-", "+", "COUNT", AT_ONCE)
            if not taken:
                time.sleep(0.01)
            else:
                for _, fields in taken:
                    key = int(fields[fields.index(b"key") + 1])
                    seen += times[key] == 0
                    times[key] = min(times[key] + 1, 255)
                scores.ask("XDEL", "scores", *[identity for identity, _ in taken])
            if kills < arguments.kills and seen > (kills + 1) * arguments.rows / (arguments.kills + 1):
                victim = kills % len(consumers)
                consumers[victim].send_signal(signal.SIGKILL)
                consumers[victim].wait()
                consumers[victim] = consumer(project, rows, scores, born)
                born, kills = born + 1, kills + 1
                print(f"  {seen:,} rows, {kills} kills, {seen / (time.time() - started):,.0f} rows a second", flush=True)
            if any(one.poll() is not None for one in consumers):
                raise SystemExit("a consumer ended by itself")
        seconds = time.time() - started
        left = rows.ask("XPENDING", "rows", "gml")[0]
        for one in consumers:
            one.terminate()
            if one.wait() != 0:
                raise SystemExit(f"a consumer ended with {one.returncode}")
        lost = times.count(0)
        again = sum(count - 1 for count in times if count > 1)
        dead = scores.ask("XLEN", "scores:dead")
        for server in {rows, scores}:
            server.process.kill()
            server.process.wait()
        print(
            f"{arguments.rows:,} rows, {kills} kills of {arguments.consumers} consumers, {'two servers' if arguments.two_servers else 'one server'}: "
            f"{lost} lost, {again} scored again, {dead} set aside, {left} not acknowledged; {arguments.rows / seconds:,.0f} rows a second"
        )
        if lost or dead:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
