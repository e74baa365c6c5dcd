"""Workers that crash, hang, take too much, return false results, or attack the sandbox."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from huimages_app.domain import formats
from huimages_app.domain.sizes import Size
from huimages_app.errors import CorruptOriginal, NotAnImage
from huimages_app.imaging import DecodingBudget, Limits, Quality, RenditionTarget
from huimages_app.imaging.isolation import IsolatedDecoder, WorkerLimits, landlock

ROOT = Path(__file__).parents[4]
SECRET = "the key of this site"
REASONS = {
    "crash": "the decoder crashed",
    "memory": "it takes too much memory",
    "error": "the decoder failed",
    "message": "the decoder failed",
}


class Hostile:
    """A decoder whose workers do what the text of the file names."""

    def __init__(self, seconds: int = 30) -> None:
        self.failures: list[str] = []
        self.decoder = IsolatedDecoder(
            Limits(),
            DecodingBudget(10**9),
            WorkerLimits(memory=1 << 30, file_size=1 << 20, seconds=seconds),
            parallel=1,
            on_failure=self.failures.append,
            module="tests.support.hostile_decoder",
        )

    def reply_to(self, action: str) -> str:
        with pytest.raises(NotAnImage) as caught:
            self.decoder.inspect(io.BytesIO(action.encode()))
        return str(caught.value)


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("var") / "secret"
    file.write_text(SECRET)
    return file


@pytest.fixture(scope="module")
def make_hostile(secret: Path) -> Iterator[Callable[..., Hostile]]:
    made = []

    def make(seconds: int = 30) -> Hostile:
        made.append(Hostile(seconds))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("PYTHON_VICTIM", str(secret))
        yield make
        for one in made:
            one.decoder.close()


@pytest.fixture(scope="module")
def shared(make_hostile: Callable[..., Hostile]) -> Hostile:
    return make_hostile()


@pytest.fixture
def hostile(shared: Hostile) -> Hostile:
    shared.failures.clear()
    return shared


@pytest.mark.parametrize(
    ("action", "failure", "logged"),
    [
        ("segfault", "crash", "signal SIGSEGV"),
        ("abort", "crash", "signal SIGABRT"),
        ("exit", "crash", "status 0"),
        ("memory", "memory", ""),
        ("bug", "error", "ZeroDivisionError"),
        ("facts", "message", "impossible facts"),
        ("wrong type", "message", "not of the type"),
    ],
)
def test_failure_fails_one_picture_and_is_counted_and_logged(
    hostile: Hostile,
    caplog: pytest.LogCaptureFixture,
    action: str,
    failure: str,
    logged: str,
) -> None:
    assert hostile.reply_to(action) == f"the picture can't be decoded: {REASONS[failure]}"
    assert hostile.failures == [failure]
    assert f"decoder failed kind={failure} job=inspect" in caplog.text
    assert logged in caplog.text
    assert hostile.decoder._pool._idle == []
    # The next picture gets a worker.
    assert "socket: " in hostile.reply_to("socket")


def test_worker_that_hangs_is_killed(make_hostile: Callable[..., Hostile]) -> None:
    hostile = make_hostile(seconds=1)
    began = time.monotonic()
    assert hostile.reply_to("sleep") == "the picture can't be decoded: it takes too long"
    assert 1.9 < time.monotonic() - began < 60
    assert hostile.failures == ["timeout"]


@pytest.mark.slow
def test_worker_that_takes_too_much_cpu_time_is_killed(
    make_hostile: Callable[..., Hostile], caplog: pytest.LogCaptureFixture
) -> None:
    hostile = make_hostile(seconds=1)
    hostile.decoder._seconds = 120  # far more than the CPU time allowed
    assert hostile.reply_to("spin") == "the picture can't be decoded: it takes too long"
    assert hostile.failures == ["timeout"]
    assert "SIGXCPU" in caplog.text


@pytest.mark.parametrize(
    "action",
    [
        "socket",
        "unix socket",
        "write",
        "write to the package",
        "remove",
        "read",
        "fork",
        "execute",
        "kill the server",
        "descriptors",
    ],
)
def test_sandbox_forbids_the_action(hostile: Hostile, secret: Path, action: str) -> None:
    if action == "read" and not landlock.version():
        pytest.skip("Landlock is missing: Linux 5.13 or newer")
    assert hostile.reply_to(action).startswith(f"{action}: ")
    assert hostile.failures == []
    assert secret.read_text() == SECRET
    assert not Path("/tmp/huimages-hostile").exists()


def test_rendition_in_another_format_is_refused(hostile: Hostile, tmp_path: Path) -> None:
    target = RenditionTarget(Size.parse("9x9"), formats.JPEG, tmp_path / "rendition")
    with pytest.raises(CorruptOriginal, match="the decoder failed"):
        hostile.decoder.render(io.BytesIO(b"<script>"), target, Quality())
    assert hostile.failures == ["message"]


def test_failures_at_the_same_time_do_not_disturb_each_other(hostile: Hostile) -> None:
    actions = ["segfault", "socket", "exit", "write", "bug", "abort"] * 2
    replies: dict[int, str] = {}

    def run(number: int) -> None:
        replies[number] = hostile.reply_to(actions[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for number, action in enumerate(actions):
        expected = action if action in {"socket", "write"} else "the picture can't be decoded"
        assert replies[number].startswith(expected)
    assert sorted(hostile.failures) == ["crash"] * 6 + ["error"] * 2


def test_open_descriptors_do_not_grow_with_failures(hostile: Hostile) -> None:
    hostile.reply_to("segfault")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        hostile.reply_to("segfault")
        hostile.reply_to("facts")
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
