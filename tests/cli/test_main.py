"""The command as a whole: help, source of the settings, exit statuses."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from huimages_app.cli import run
from huimages_app.domain.ids import image_id
from tests.support.pictures import photo
from tests.support.services import ini_in

from .conftest import Command

SCRIPT = "from huimages_app.cli import main; main()"
UNKNOWN = "A" * 32 + "01"
LOGGING = """
[loggers]
keys = root
[handlers]
keys = console, file
[formatters]
keys =
[logger_root]
level = INFO
handlers = console, file
[handler_console]
class = StreamHandler
args = (sys.stderr,)
[handler_file]
class = FileHandler
args = ({file!r},)
"""


def call(
    *words: str | Path, folder: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in `folder`."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HUIMAGES")}
    path = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *map(str, words)],
        cwd=folder,
        env={**inherited, "PYTHONPATH": path, **(environ or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_commands_without_heavy_imports(tmp_path: Path) -> None:
    script = SCRIPT.replace("main()", "run(['--help'])").replace("import main", "import run")
    heavy = "PIL pyramid boto3 couchdb rich huimages_app.services huimages_app.config.settings"
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{script}\nimport sys\nprint(set({heavy.split()}) & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    commands = "cache check delete import import-tree purge show sizes-in-use url"
    for command in commands.split():
        assert f"  {command} " in ran.stdout
    assert ran.stdout.splitlines()[-1] == "set()"


def test_command_help_is_printed_and_unknown_command_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["import-tree", "--help"]) == 0
    assert "Import all images below DIR" in capsys.readouterr().out
    assert run([]) == 2
    assert "Usage: huimages" in capsys.readouterr().err
    assert run(["nonsense"]) == 2
    assert capsys.readouterr().err == "huimages: No such command 'nonsense'.\n"


@pytest.mark.slow
def test_process_exits_with_the_status_of_the_command(site: Path, tmp_path: Path) -> None:
    ini = ini_in(site)
    picture = tmp_path / "a.jpg"
    picture.write_bytes(photo(24, 16))
    ran = call("--config", ini, "import", picture, folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"{image_id(photo(24, 16))}  {picture}\n"
    ran = call("--config", ini, "show", UNKNOWN, folder=tmp_path)
    assert (ran.returncode, ran.stdout, len(ran.stderr.splitlines())) == (1, "", 1)
    ran = call("--config", ini, "show", "x", folder=tmp_path)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)


def test_settings_come_from_option_variable_or_current_folder(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        ini_in(folder, **{"quality.jpeg": "50" if folder == one else "60"})
    (one / "site.ini").rename(one / "development.ini")

    def quality(*words: str, folder: Path, **environ: str) -> str:
        ran = call(*words, "settings", folder=folder, environ=environ)
        assert ran.returncode == 0, ran.stderr
        lines = [line for line in ran.stdout.splitlines() if "quality.jpeg" in line]
        return lines[0].rpartition(" ")[2] if lines else ""

    assert quality(folder=tmp_path) == ""
    assert quality(folder=one) == "50"
    assert quality(folder=one, HUIMAGES_CONFIG=str(two / "site.ini")) == "60"
    assert quality("--config", "development.ini", folder=one, HUIMAGES_CONFIG="no.ini") == "50"
    assert quality(folder=one, HUIMAGES_QUALITY_JPEG="70") == "70"


READING = [
    ["show", UNKNOWN],
    ["url", UNKNOWN, "vga"],
    ["check"],
    ["user", "list"],
    ["token", "list"],
    ["settings"],
]


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_reading_command_without_site_creates_nothing_and_names_settings(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(words) == (1 if UNKNOWN in words else 0)
    assert list(tmp_path.iterdir()) == []
    output = capsys.readouterr()
    assert "defaults only: no --config" in (output.err or output.out)


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_reading_command_on_new_site_creates_nothing(
    huimages: Command, site: Path, words: list[str]
) -> None:
    ini_in(site, **{"secret": "generate", "sizes.allowed": "named"})
    ran = huimages(*words)
    assert [path.name for path in site.iterdir()] == ["site.ini"]
    assert f"{site}/site.ini" in (ran.err or ran.out)[0]


@pytest.mark.parametrize(
    "words",
    [
        ["import", __file__],
        ["import-tree", "."],
        ["user", "add", "bob", "--no-password"],
        ["token", "add", "shop", "--scope", "read"],
        ["delete", UNKNOWN],
        ["purge", "--yes"],
        ["cache", "prune"],
        ["check", "--repair"],
        ["setup"],
    ],
    ids=lambda words: words[0],
)
def test_changing_command_without_site_asks_for_config(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(words) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "pass --config FILE.ini" in line
    assert list(tmp_path.iterdir()) == []


def test_environment_variable_configures_a_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUIMAGES_VAR", str(tmp_path / "var"))
    assert run(["setup"]) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\xff", "can't be read"),
        (None, "there is no ini file"),
        ("nonsense", "can't be read"),
        ("[server:main]\nuse = egg:waitress\n", "has no section [app:main]"),
        ("[app:main]\nhuimages.orignals = s3\n", "did you mean 'huimages.originals'?"),
        ("[app:main]\nhuimages.var = %(nowhere)s/var\n", "can't be read"),
        (LOGGING.format(file="/no/folder/x.log") + "[app:main]\n", "the logging sections"),
        ("[app:main]\nhuimages.quality.jpeg = 101\n", "is not a whole number from 1 to 100"),
    ],
)
def test_bad_settings_are_reported_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ini = tmp_path / "bad.ini"
    if text is not None:
        ini.write_text(text, encoding="latin-1")
    assert run(["--config", str(ini), "show", UNKNOWN]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("huimages: ")
    assert message in line


def test_unavailable_storage_is_reported_in_one_line(huimages: Command, site: Path) -> None:
    (site / "originals").write_text("a file where the folder should be")
    ran = huimages("check")
    assert (ran.status, ran.out) == (1, [])
    assert ran.err[-1].startswith("huimages: ")
    assert str(site / "originals") in ran.err[-1]


def test_closed_stdout_ends_the_command_silently(site: Path, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.jpg").write_bytes(photo(24, 16, number))
    files = sorted(tmp_path.glob("*.jpg"))
    words = ["--config", ini_in(site), "import", *files]
    with subprocess.Popen(
        [sys.executable, "-u", "-c", SCRIPT, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_terminal_shows_progress_bar(site: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(5):
        (tree / f"{number}.jpg").write_bytes(photo(24, 16, number))
    (tree / "[red]broken.jpg").write_bytes(b"broken")
    ours, theirs = pty.openpty()
    words = ["--config", str(ini_in(site)), "import-tree", str(tree)]
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
        check=False,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # end of output
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert ran.returncode == 1
    assert ran.stdout == b"6 files: 5 new, 1 failed\n"
    assert b"6/6" in shown
    assert b"[red]broken.jpg: this is no picture" in shown


def test_log_goes_to_its_file_and_only_warnings_to_stderr(
    site: Path, huimages: Command, tmp_path: Path
) -> None:
    file = tmp_path / "huimages.log"
    ini = site / "site.ini"
    ini.write_text(ini.read_text() + LOGGING.format(file=str(file)))
    picture = tmp_path / "a.jpeg"
    picture.write_bytes(photo(width=30, height=20))
    ran = huimages("import", picture)
    assert ran.status == 0
    assert not [line for line in ran.err if "uploaded" in line]
    assert '"action": "uploaded"' in file.read_text()
