"""The distribution: built, installed outside the checkout, and started there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.support.pictures import photo
from tests.support.processes import free_port, serving
from tools import first_picture

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]
# What no distribution is built from: environments, pictures, results of former builds.
LEFT_OUT = (".*", "var", "build", "dist", "tests", "benchmarks", "*.egg-info", "__pycache__")

BUILD = "import sys; from setuptools import build_meta; build_meta.{}(sys.argv[1])"


def run(*command, cwd):
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind, source, target):
    """Build a wheel or sdist from a folder, which then contains build files; return its path."""
    run(sys.executable, "-c", BUILD.format(f"build_{kind}"), target, cwd=source)
    return next(target.iterdir())


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Copy the files from which the distributions are built."""
    folder = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(CHECKOUT, folder, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of a fresh environment with the wheel in it.

    What the program depends on comes from the environment of the tests, by a line in a
    `.pth` file: that makes its packages importable and runs none of its `.pth` files, so
    an editable installation of the checkout stays out.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    interpreter = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", interpreter, "install", "--no-deps", "--no-index",
        "--disable-pip-version-check", wheel, cwd=folder)  # fmt: skip
    packages = Path(run(interpreter, "-c", "import site; print(site.getsitepackages()[0])",
                        cwd=folder).strip())  # fmt: skip
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return interpreter


def test_wheel_contains_every_file_of_the_package(source, wheel):
    package = source / "huimages_app"
    files = {
        Path(folder).relative_to(source) / name
        for folder, _, names in os.walk(package, followlinks=True)
        for name in names
        if not name.endswith((".po", ".pot"))  # only their compiled files are packed
    }
    packed = {Path(name) for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert packed == {*files, Path("huimages.py")}


def test_wheel_from_sdist_is_identical(source, wheel, tmp_path):
    archive = build("sdist", source, tmp_path / "sdist")
    with tarfile.open(archive) as opened:
        # Python before 3.11.4 has no filters, and Python 3.12 warns where none is given.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        opened.extractall(tmp_path / "unpacked", **safe)
    again = build("wheel", next((tmp_path / "unpacked").iterdir()), tmp_path / "wheel")

    contents = [
        {item.filename: item.CRC for item in zipfile.ZipFile(path).infolist()
         if ".dist-info/" not in item.filename}
        for path in (wheel, again)
    ]  # fmt: skip
    assert contents[0] == contents[1]
    assert again.name == wheel.name


def test_installed_wheel_serves_pages_and_renditions(python, tmp_path):
    where = run(python, "-c", "import huimages_app; print(huimages_app.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(python.parent.parent)

    port = free_port()
    ini = (CHECKOUT / "development.ini").read_text(encoding="utf-8")
    (tmp_path / "site.ini").write_text(ini.replace("127.0.0.1:6543", f"127.0.0.1:{port}"))
    url = f"http://127.0.0.1:{port}"
    static = next(path for path in (CHECKOUT / "static").rglob("*.css"))

    with (
        serving([python, "-I", "-m", "pyramid.scripts.pserve", "site.ini"], url, folder=tmp_path),
        httpx.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        page = client.get("/")
        assert page.status_code == 200
        assert "<html" in page.text

        style = client.get(f"/static/{static.relative_to(CHECKOUT / 'static')}")
        assert style.content == static.read_bytes()

        picture = photo()
        client.cookies.clear()  # a client without cookies needs no CSRF token
        response = client.post("/upload/api/", files={"uploadfile": ("red.jpeg", picture)})
        assert response.status_code == 200, response.text
        rendition = client.get(f"/240x160/{response.text}/red.jpeg")
        assert rendition.status_code == 200
        assert rendition.headers["Content-Type"] == "image/jpeg"
        assert client.get(f"/o/{response.text}").content == picture
    assert list((tmp_path / "var" / "originals").rglob(response.text + "*"))


def test_installed_wheel_provides_huimages_module(python, tmp_path):
    names = run(python, "-c", "import huimages; print(*sorted(vars(huimages)))", cwd=tmp_path)

    assert {"save_image", "scaled_imageurl", "get_size"} <= set(names.split())


def test_installed_wheel_follows_first_picture_of_the_readme(python, tmp_path):
    assert "curl" in first_picture.steps()
    assert "works" in first_picture.try_first_picture(python.parent / "huimages", tmp_path)


def test_installed_wheel_provides_command(python, tmp_path):
    output = run(python.parent / "huimages", "--help", cwd=tmp_path)

    assert "import-tree" in output
