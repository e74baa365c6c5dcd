"""Metrics of several real processes, which end, are killed, or fork."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.metrics import parsed

# Does the work that its arguments name, prints the metrics or waits.
PROCESS = """
import os, sys, time
from huimages_app.observation import metrics
for word in sys.argv[1:]:
    if word == "hit":
        metrics.CACHE_HITS.inc()
    elif word == "request":
        metrics.count_response("view", "GET", 200, 0.02)
    elif word == "begin":
        metrics.RENDITIONS_RUNNING.inc()
    elif word == "fork":
        if not os.fork():
            metrics.CACHE_HITS.inc()
            metrics.RENDITIONS_RUNNING.inc()
            os._exit(0)
        os.wait()
    elif word == "print":
        sys.stdout.write(metrics.exposition(lambda: {"cache_files": 3}).decode())
    elif word == "wait":
        print("ready", flush=True)
        time.sleep(600)
"""
HITS = "huimages_cache_hits_total"
RUNNING = "huimages_renditions_running"
LATENCY = 'huimages_request_seconds_{}{{view="view"}}'
BUCKET = 'huimages_request_seconds_bucket{le="0.025",view="view"}'


def environ(folder: Path) -> Mapping[str, str]:
    return {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}


def run(folder: Path, *words: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, *words],
        env=environ(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return parsed(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "metrics" / "of processes"


@pytest.mark.slow
def test_every_process_returns_the_sums_of_all(folder: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", PROCESS, "hit", "begin", "request", "wait"],
        env=environ(folder),
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        numbers = run(folder, "hit", "hit", "begin", "request", "print")
        assert numbers[HITS] == 3
        assert numbers[RUNNING] == 2
        assert numbers[LATENCY.format("count")] == numbers[BUCKET] == 2
        assert numbers[LATENCY.format("sum")] == pytest.approx(0.04)
        assert numbers["huimages_cache_files"] == 3
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    # Killed: its counters stay, its rendition does not.
    numbers = run(folder, "hit", "print")
    assert (numbers[HITS], numbers[RUNNING]) == (4, 0)


@pytest.mark.slow
def test_files_of_dead_processes_are_merged(folder: Path) -> None:
    for _ in range(4):
        run(folder, "hit", "begin", "request")
    for _ in range(2):
        numbers = run(folder, "print")
        assert numbers[HITS] == numbers[LATENCY.format("count")] == numbers[BUCKET] == 4
        assert numbers[LATENCY.format("sum")] == pytest.approx(0.08)
        assert numbers[RUNNING] == 0
    run(folder, "hit", "print")
    names = {path.name for path in folder.iterdir()}
    # Those of the process that read, and the sums.
    assert {"counter_0.db", "histogram_0.db"} <= names
    assert len(names) <= 6
    assert run(folder, "print")[HITS] == 5


def test_forked_process_counts_for_itself(folder: Path) -> None:
    numbers = run(folder, "hit", "begin", "fork", "print")
    assert (numbers[HITS], numbers[RUNNING]) == (2, 1)


def test_process_with_the_id_of_a_dead_one_begins_without_its_gauges(folder: Path) -> None:
    folder.mkdir(parents=True)
    run(folder, "begin")
    (left,) = folder.glob("gauge_livesum_*.db")
    # The next process finds the file under its own ID, as in a container that was restarted.
    rename = (
        "import os, pathlib, sys; "
        "path = pathlib.Path(sys.argv.pop(1)); "
        "path.rename(path.with_name(f'gauge_livesum_{os.getpid()}.db'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", rename + PROCESS, left, "print"],
        env=environ(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    assert parsed(done.stdout)[RUNNING] == 0


def test_unusable_folder_leaves_metrics_of_the_process(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, "hit", "print"],
        env=environ(file / "folder"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert parsed(done.stdout)[HITS] == 1
    assert "metrics not shared between processes: folder=" in done.stderr


def test_process_killed_while_counting_leaves_readable_files(folder: Path) -> None:
    script = PROCESS + "\nprint('ready', flush=True)\nwhile True: metrics.CACHE_HITS.inc()"
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environ(folder), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert run(folder, "print")[HITS] >= 0


@pytest.mark.slow
def test_server_imports_no_metrics_before_they_are_shared() -> None:
    """`pserve` imports `huimages_app.web.server` first, and `app.main` shares the metrics."""
    metrics = "huimages_app.observation.metrics"
    code = f"import sys, huimages_app.web.server; print({metrics!r} in sys.modules)"
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
