"""Runs commands as whole processes and takes their time and memory."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Measured:
    """Medians over the runs of a command."""

    seconds: float
    """From start to end, by the clock on the wall."""
    processor: float
    """Seconds of all processors together."""
    memory: float
    """The most memory that was resident, in MiB."""


def once(command: list, folder: Path | None = None) -> Measured:
    """One run. A command that fails ends the measurement: its time would say nothing."""
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        said = process.stderr.read().decode(errors="replace")
        # `wait4` tells of this process alone, unlike RUSAGE_CHILDREN.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed with {process.returncode}:\n{said[-2000:]}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(command: list, runs: int, folder: Path | None = None) -> Measured:
    """The medians of so many runs."""
    return middle([once(command, folder) for _ in range(runs)])


def middle(taken: list) -> Measured:
    """The medians of what was measured."""
    middle_of = lambda name: statistics.median(getattr(run, name) for run in taken)
    return Measured(middle_of("seconds"), middle_of("processor"), middle_of("memory"))


def goal(met: bool) -> str:
    """How a measurement ends that has a goal."""
    return "goal met" if met else "GOAL MISSED"


def with_events(project: Path, events: Path) -> Path:
    """A project whose raw data are the files of a folder of events."""
    raw = project / "data" / "01_raw"
    raw.mkdir(parents=True)
    for path in events.glob("events_*.parquet"):
        (raw / path.name).symlink_to(path)
    return project
