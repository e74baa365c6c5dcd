"""`import-tree` stopped, killed, or without storage, and then repeated."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from huimages_app.services.container import Services

from .conftest import Command, Ran
from .prepared_tree import BROKEN, GOOD, journalled, overwrite, summary

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-c", "from huimages_app.cli import main; main()"]


def test_unavailable_storage_ends_the_run(
    huimages: Command, services: Services, tree: Path, site: Path
) -> None:
    originals, away = site / "originals", site / "unmounted"

    def unmount() -> None:
        while len(journalled(site)) < 20:
            time.sleep(0.01)
        originals.rename(away)

    saboteur = threading.Thread(target=unmount)
    saboteur.start()
    ran = huimages("import-tree", tree, "--jobs", "2")
    saboteur.join()
    assert ran.status == 1
    assert summary(ran)["left"] > 0
    assert ran.err[-1].startswith("huimages: ")
    assert str(originals) in ran.err[-1]
    away.rename(originals)
    assert huimages("import-tree", tree).status == 1  # the broken ones
    assert services.images.count() == GOOD
    assert huimages("check").status == 0


@pytest.fixture
def begun(tree: Path, site: Path) -> Iterator[subprocess.Popen[str]]:
    """An import in its own process, stopped (SIGSTOP) after at least 30 files."""
    # A shell starts background jobs, which these tests may be, with SIGINT ignored.
    command = ("env", "--default-signal=INT", *COMMAND, "--config", str(site / "site.ini"))
    process = subprocess.Popen(
        [*command, "import-tree", str(tree), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        deadline = time.monotonic() + 60
        while True:
            # Stopped while its files are counted, so that it cannot end in between.
            process.send_signal(signal.SIGSTOP)
            if len(journalled(site)) >= 30:
                break
            process.send_signal(signal.SIGCONT)
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process
        process.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_repeated_run_continues_after_stop_and_kill(
    begun: subprocess.Popen[str],
    how: signal.Signals,
    huimages: Command,
    services: Services,
    site: Path,
) -> None:
    tree = site.parent / "photos"
    begun.send_signal(how)
    begun.send_signal(signal.SIGCONT)
    out, err = begun.communicate(timeout=30)
    if how is signal.SIGINT:
        assert begun.returncode == 130, err
        stopped = summary(Ran(130, out.splitlines(), []))
        assert stopped["left"] > 0
        assert err.splitlines()[-1] == "huimages: stopped"
        assert "Traceback" not in err
        assert len(journalled(site)) >= stopped["new"]
    else:
        assert begun.returncode == -signal.SIGKILL
    done = journalled(site)
    assert 30 <= len(done) < GOOD
    for path in done:
        overwrite(path)
    ran = huimages("import-tree", tree)
    assert summary(ran)["imported before"] == len(done)
    assert sum(summary(ran).values()) == GOOD + BROKEN + 1
    assert services.images.count() == GOOD
    assert huimages("check").status == 0
