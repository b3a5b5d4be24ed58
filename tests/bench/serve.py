#!/usr/bin/env python3
"""Requests a second and how long they take: `gmlc serve` against `mlflow models serve`, with wrk, on the model of ga4_propensity.

    tests/bench/serve.py [--seconds 10] [--connections 32] [--without-mlflow]

Needs `cargo build --release --package gmlc`, `gmlc setup`, and wrk (Debian: apt install wrk); MLflow is that of
$GML_SERVERS_PYTHON, which tests/all sets up. wrk and the servers share the processors of this machine, so what is measured is less than
what a server alone can do, and ratios hold within one run only.

The model is trained on the events that the blueprint ships: trees behind a recipe of four steps, calibrated. Goals: 50 times the
requests of MLflow a second, and p99 under 2 ms at half of the load that the server can bear.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measure import goal

ROOT = Path(__file__).resolve().parent.parent.parent
GMLC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "gmlc"
BLUEPRINT = ROOT / "blueprints" / "ga4_propensity"

# `%(delay)s` is how long a connection waits between its requests, in milliseconds.
SCRIPT = """
wrk.method = "POST"
wrk.path = "%(path)s"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("%(body)s", "rb")
wrk.body = file:read("*a")
file:close()
%(delay)s
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\\nRESULT {"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f, "p999": %%f, "errors": %%d}\\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        latency:percentile(99.9) / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def load(url, path, body, connections, seconds, pause=None):
    """What wrk says of a server: requests a second and percentiles in milliseconds."""
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "body").write_text(body)
        delay = "" if pause is None else f"function delay() return {pause:.3f} + math.random() * 0.2 end"
        script = Path(scratch) / "script.lua"
        script.write_text(SCRIPT % {"path": path, "body": Path(scratch) / "body", "delay": delay})
        threads = min(connections, max(1, (os.cpu_count() or 2) // 2))
        command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "-s", script, url]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(told.split("RESULT ", 1)[1])
    found["rate"] = found["requests"] / found["seconds"]
    if found["errors"]:
        raise SystemExit(f"{found['errors']} requests failed: {told}")
    return found


def shown(name, found):
    print(
        f"  {name:<44} {found['rate']:9.0f} a second   p50 {found['p50']:8.2f} ms   p99 {found['p99']:8.2f}   "
        f"p99.9 {found['p999']:8.2f}"
    )


def answers(url, until=120):
    end = time.time() + until
    while time.time() < end:
        try:
            urllib.request.urlopen(url + "ping", timeout=5).read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")


def asked(url, path, body):
    request = urllib.request.Request(url + path, body.encode(), {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=60).read())


def learned(folder):
    """The model of the blueprint, and rows that it takes."""
    project = folder / "project"
    shutil.copytree(BLUEPRINT, project, ignore=shutil.ignore_patterns(".gml", "06_models", "07_model_output", "03_primary"))
    # A fixed number of trees, so that whoever measures gets the same model.
    for pipeline in ["prepare", "training"]:
        subprocess.run([GMLC, "run", pipeline, "--project", project, "--set", "trials=1"], check=True, capture_output=True)
    return project


def example(described):
    """A row by the description that the server gives of its requests."""
    kinds = {"integer": 3, "number": 0.5, "boolean": True}
    row = {}
    for name, schema in described["components"]["schemas"]["Record"]["properties"].items():
        kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
        row[name] = schema["enum"][0] if "enum" in schema else kinds.get(kind, "desktop")
    return row


def split(row, times):
    return json.dumps({"dataframe_split": {"columns": list(row), "data": [list(row.values())] * times}})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--without-mlflow", action="store_true")
    arguments = parser.parse_args()
    if not GMLC.exists():
        raise SystemExit(f"there is no {GMLC}: cargo build --release --package gmlc")
    if not shutil.which("wrk"):
        raise SystemExit("there is no wrk (Debian: apt install wrk)")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {arguments.connections} connections, {arguments.seconds} s each")
    with tempfile.TemporaryDirectory() as scratch:
        project = learned(Path(scratch))
        command = [GMLC, "serve", "propensity", "--project", project, "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip()
            row = example(json.load(urllib.request.urlopen(url + "openapi.json")))
            one = asked(url, "invocations", split(row, 1))["predictions"][0]
            measured = {}
            for name, path, body, connections in [
                ("one record, one connection", "/predict", json.dumps(row), 1),
                ("one record", "/predict", json.dumps(row), arguments.connections),
                ("dataframe_split, 1 row", "/invocations", split(row, 1), arguments.connections),
                ("dataframe_split, 100 rows", "/invocations", split(row, 100), arguments.connections),
            ]:
                load(url, path, body, connections, 1)
                measured[name] = load(url, path, body, connections, arguments.seconds)
                shown(f"gmlc serve, {name}", measured[name])
            full = measured["one record"]
            pause = arguments.connections / (full["rate"] / 2) * 1000
            half = load(url, "/predict", json.dumps(row), arguments.connections, arguments.seconds, pause)
            shown(f"gmlc serve, one record, {half['rate'] / full['rate']:.0%} of that load", half)
            print(f"  {goal(half['p99'] < 2)}: p99 2 ms at half load")
        finally:
            server.terminate()
            if server.wait() != 0:
                raise SystemExit(f"gmlc serve ended with {server.returncode}")
        python = os.environ.get("GML_SERVERS_PYTHON")
        if arguments.without_mlflow or not python or not Path(python).exists():
            print("  SKIPPED: no MLflow to compare with (set GML_SERVERS_PYTHON)")
            return
        newest = sorted((project / "data" / "06_models" / "propensity").glob("0*"))[-1]
        port = 45_731
        # MLflow 3.17 gives texts of pandas 3 to onnxruntime in a form that it does not take.
        environment = {**os.environ, "PATH": f"{Path(python).parent}:{os.environ['PATH']}", "PANDAS_FUTURE_INFER_STRING": "0"}
        command = [python, "-m", "mlflow", "models", "serve", "-m", newest, "-p", str(port), "--env-manager", "local"]
        theirs = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
        )
        try:
            url = f"http://127.0.0.1:{port}/"
            answers(url)
            said = asked(url, "invocations", split(row, 1))["predictions"]
            said = said[0] if isinstance(said, list) else {name: values[0] for name, values in said.items()}
            value = said["calibrated"][0] if isinstance(said["calibrated"], list) else said["calibrated"]
            print(f"  the same row: {one['calibrated']!r} of gmlc serve, {value!r} of MLflow")
            for name, times in [("dataframe_split, 1 row", 1), ("dataframe_split, 100 rows", 100)]:
                load(url, "/invocations", split(row, times), arguments.connections, 2)
                found = load(url, "/invocations", split(row, times), arguments.connections, arguments.seconds)
                shown(f"mlflow models serve, {name}", found)
                ratio = measured[name]["rate"] / found["rate"]
                print(f"  gmlc serve answers {ratio:.0f} times as many" + (f"  {goal(ratio >= 50)}: 50 times" if times == 1 else ""))
        finally:
            os.killpg(theirs.pid, 15)
            theirs.wait()


if __name__ == "__main__":
    main()
