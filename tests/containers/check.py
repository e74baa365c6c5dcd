"""Build the image of deploy/Containerfile and run the site of deploy/compose.yaml with it.

`make container-check` runs it, as root on Debian.  No image registry is needed: the base image is
made by debootstrap, and the images of nginx, CouchDB and SeaweedFS are made from it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import httpx
import yaml

from tests.support.processes import free_port

from .podman import Podman, podman_of_its_own

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NEEDED = {
    "podman": "podman",
    "debootstrap": "debootstrap",
    "runc": "runc",
    "catatonit": "catatonit",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
}
MIRROR = "http://deb.debian.org/debian"
BASE = "localhost/base"
IMAGE = "localhost/huimages:3"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PICTURE = ROOT / "tests/pictures/coffee.jpeg"


def main() -> None:
    """Run all steps; stop with a message at the first that fails."""
    require_programs()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # removes the containers
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))[
        "services"
    ]
    with podman_of_its_own() as podman:
        step("base image", make_base, podman)
        step("image of deploy/Containerfile", build_image, podman)
        step("rules of the image", check_image, podman)
        for name in ("nginx", "couchdb", "s3"):
            step(f"stand-in for {name}", build_stand_in, podman, name, services[name]["image"])
        site = Site(podman)
        step("start of the site", site.start)
        step("upload and rendition", site.upload_and_request)
        step("processes that stop", site.stop_processes)
        step("secrets and file system", site.check_isolation)
        step("backup", site.back_up)
        step("second start with the same volumes", site.start_again)
        site.stop()


def require_programs() -> None:
    """Exit with status 2 and the missing packages unless everything needed is installed."""
    missing = sorted({package for program, package in NEEDED.items() if not shutil.which(program)})
    if os.geteuid() != 0 or missing:
        packages = (
            f": apt-get install --no-install-recommends {' '.join(missing)}" if missing else ""
        )
        print(f"container-check needs root on Debian and podman{packages}", file=sys.stderr)
        raise SystemExit(2)


def step(name, function, *arguments) -> None:
    """Run a step and print its name with its duration."""
    began = time.monotonic()
    print(f"{name} …", end=" ", flush=True)
    function(*arguments)
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def make_base(podman: Podman) -> None:
    """Import a minimal Debian, of the release that deploy/Containerfile names.

    It is kept in .services, since debootstrap takes minutes.
    """
    folder = ROOT / ".services/debian-trixie"
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        podman.run("debootstrap", "--variant=minbase", "trixie", part, MIRROR)
        part.rename(folder)
    podman.run("sh", "-c", f"tar -C {folder} -c . | podman import - {BASE}")


def build_image(podman: Podman) -> None:
    """Build with the certificates of this machine, which pip may need to reach its index."""
    config = podman.folder / "pip.conf"
    config.write_text("[global]\ncert = /check-ca.pem\n")
    mounts = (f"{CERTIFICATES}:/check-ca.pem:ro", f"{config}:/etc/pip.conf:ro")
    volumes = [word for mount in mounts for word in ("--volume", mount)]
    podman(
        *("build", "--format", "docker", *volumes, "--build-arg", f"BASE={BASE}"),
        *("--file", ROOT / "deploy/Containerfile", "--tag", IMAGE, ROOT),
    )


def check_image(podman: Podman) -> None:
    """Check user, health check and contents, and run it alone with a read-only file system."""
    config = json.loads(podman("image", "inspect", IMAGE))[0]
    assert config["User"] == "10001:10001", config["User"]
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "BSD-3-Clause"
    absent = "for name in cc gcc c++ make pip pip3; do ! command -v $name || exit 1; done"
    podman("run", "--rm", "--read-only", IMAGE, "sh", "-c", absent)
    podman("run", "--detach", "--read-only", "--volume", "/tmp", "--name", "alone", IMAGE)
    until(lambda: podman("healthcheck", "run", "alone", check=False) == "" and is_healthy(podman))
    assert podman("exec", "alone", "huimages", "check").startswith("0 images")
    podman("rm", "--force", "--volumes", "alone")


def is_healthy(podman: Podman) -> bool:
    state = json.loads(podman("inspect", "alone"))[0]["State"]
    return bool((state.get("Health") or state["Healthcheck"])["Status"] == "healthy")


def build_stand_in(podman: Podman, name: str, tag: str) -> None:
    """Build an image and give it the name that deploy/compose.yaml pulls."""
    context = podman.folder / "context"
    shutil.rmtree(context, ignore_errors=True)
    context.mkdir()
    if name == "couchdb":
        modules = Path(".services/couchdb/node_modules")
        shutil.copytree(ROOT / modules, context / modules, symlinks=True)
        (context / "tests/containers").mkdir(parents=True)
        shutil.copy(HERE / "couchdb.sh", context / "tests/containers")
    if name == "s3":
        shutil.copy(Path(sys.executable).parent / "weed", context)
    file = HERE / f"{name}.Containerfile"
    podman("build", "--build-arg", f"BASE={BASE}", "--file", file, "--tag", tag, context)


class Site:
    """The site of deploy/compose.yaml, started by deploy/start-site.sh in a copy of deploy/."""

    def __init__(self, podman: Podman) -> None:
        self._podman = podman
        self._folder = podman.folder / "deploy"
        ignored = shutil.ignore_patterns("secrets", ".env")
        shutil.copytree(ROOT / "deploy", self._folder, ignore=ignored)
        port = free_port()
        compose = ROOT / ".services/podman-compose/bin"
        podman.environ |= {
            "HUIMAGES_PORT": str(port),
            "COMPOSE": f"sh {HERE / 'compose.sh'}",
            "PATH": f"{podman.folder / 'bin'}:{compose}:{podman.environ['PATH']}",
        }
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
        self._rendition = ""

    def start(self) -> None:
        self._podman.run("sh", self._folder / "start-site.sh")
        assert self._http.get("/readyz").text == "ready\n"

    def stop(self) -> None:
        self._podman.run("podman-compose", "down", "--volumes", folder=self._folder)

    def upload_and_request(self) -> None:
        token = self._exec("huimages", "token", "add", "check", "--scope", "upload")
        response = self._http.post(
            "/upload/api/",
            files={"uploadfile": ("coffee.jpeg", PICTURE.read_bytes())},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status_code == 200, response.text
        self._rendition = f"/240x160/{response.text}.jpeg"
        self._expect_rendition(self._rendition)
        assert self._http.get(f"/o/{response.text}").status_code == 403  # not an allowed size

    def stop_processes(self) -> None:
        """Stop one process, then both: nginx sends cached renditions without them."""
        self._podman("stop", "--time", "60", "huimages_app-1_1")
        self._expect_rendition(self._rendition.replace("240x160", "150x150!"))
        self._podman("stop", "--time", "60", "huimages_app-2_1")
        self._expect_rendition(self._rendition)
        assert self._http.get("/readyz").status_code in {502, 504}
        self._podman("start", "huimages_app-1_1", "huimages_app-2_1")
        until(lambda: self._http.get("/readyz").status_code == 200)

    def check_isolation(self) -> None:
        assert self._exec("id", "-u") == "10001"
        self._exec("sh", "-c", "! touch /probe /etc/probe 2>/dev/null")
        assert "seccomp=on" in self._podman.run("sh", "-c", "podman logs huimages_app-1_1 2>&1")
        inspected = self._podman("inspect", "huimages_app-1_1")
        for name in ("secret", "couchdb-password", "s3-secret-access-key"):
            assert (self._folder / "secrets" / name).read_text() not in inspected, name

    def back_up(self) -> None:
        """Run the command of docs/operate.md, into a folder of this machine."""
        folder = self._podman.folder / "backup"
        folder.mkdir(mode=0o700)
        shutil.chown(folder, 10001)
        run = ("podman-compose", "run", "--rm", "--no-deps", "--volume", f"{folder}:/backup")
        self._podman.run(
            *run, "setup", "huimages", "backup", "/backup/huimages", folder=self._folder
        )
        assert list((folder / "huimages/originals").rglob("*01"))

    def start_again(self) -> None:
        self._podman.run("podman-compose", "down", folder=self._folder)
        self.start()
        self._expect_rendition(self._rendition)
        assert self._exec("huimages", "check").startswith("1 image")

    def _exec(self, *words: str) -> str:
        return self._podman("exec", "huimages_app-2_1", *words)

    def _expect_rendition(self, path: str) -> None:
        response = self._http.get(path)
        assert response.status_code == 200, (path, response.status_code, response.text[:200])
        assert response.headers["Content-Type"] == "image/jpeg"


def until(condition) -> None:
    """Wait until a condition is true, for two minutes at most."""
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("waited two minutes in vain")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
