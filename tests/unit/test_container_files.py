"""Rules of deploy/Containerfile and deploy/compose.yaml that need no container to check."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from huimages_app.config.loading import read_settings
from huimages_app.config.settings import Settings
from huimages_app.config.spec import variable_of

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PROCESSES = ("app-1", "app-2")
PINNED = re.compile(r"[\w.-]+/[\w./-]+:(?!latest)[\w.-]*\d[\w.-]*")


def stages() -> list[str]:
    """Return the text of each stage of the Containerfile."""
    return re.split(r"^FROM ", CONTAINERFILE, flags=re.MULTILINE)[1:]


def test_compose_file_matches_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests/containers/schema/compose-spec.json").read_text())
    errors = jsonschema_rs.validator_for(schema).iter_errors(COMPOSE)
    assert [(list(error.instance_path), error.message) for error in errors] == []


def test_images_are_pinned_to_a_version() -> None:
    base = re.search(r"^ARG BASE=(\S+)$", CONTAINERFILE, re.MULTILINE)
    assert base is not None
    assert PINNED.fullmatch(base[1])
    for name in ("couchdb", "s3", "nginx"):
        assert PINNED.fullmatch(SERVICES[name]["image"]), SERVICES[name]["image"]
    assert base[1] in SERVICES["app-1"]["build"]["args"]["BASE"]


def test_image_is_built_in_two_stages_and_runs_without_privileges() -> None:
    build, final = stages()
    assert build.splitlines()[0] == "${BASE} AS build"
    assert "--require-hashes" in build
    assert "USER 10001:10001" in final.splitlines()
    assert "\nHEALTHCHECK " in final
    assert "org.opencontainers.image.licenses=" in final
    assert not re.search(r"\b(?:pip|gcc|build-essential|python3-venv)\b", final)


def test_image_gets_named_files_only() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    names = {name.rstrip("/") for line in copied for name in line.split()}
    assert names == {line[1:] for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for name in names)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "setup"])
def test_service_restarts_and_has_a_health_check_or_that_of_its_image(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert name in PROCESSES or service["healthcheck"]["test"]


def test_services_start_after_their_dependencies() -> None:
    def needs(name: str) -> dict[str, str]:
        return {
            needed: condition["condition"]
            for needed, condition in SERVICES[name].get("depends_on", {}).items()
        }

    assert needs("setup") == {"couchdb": "service_healthy", "s3": "service_healthy"}
    for name in PROCESSES:
        assert needs(name) == {"setup": "service_completed_successfully"}
    assert needs("nginx") == dict.fromkeys(PROCESSES, "service_healthy")


@pytest.mark.parametrize("name", ["setup", *PROCESSES, "nginx"])
def test_service_has_read_only_root_and_no_capabilities(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_only_nginx_is_reachable_from_outside() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["nginx"]
    assert COMPOSE["networks"]["web"]["internal"] is True
    assert COMPOSE["networks"]["storage"]["internal"] is True
    assert "storage" not in SERVICES["nginx"]["networks"]


def environment() -> Iterator[tuple[str, str]]:
    for name in ("setup", *PROCESSES):
        yield from SERVICES[name]["environment"].items()


def test_variables_are_settings() -> None:
    rows = [row for _, row in Settings.rows()]
    known = {row.variable for row in rows}
    known |= {variable_of(row.file_key) for row in rows if row.secret}
    assert {name for name, _ in environment()} <= known


def test_secrets_are_given_by_file_only() -> None:
    secret = {row.variable for _, row in Settings.rows() if row.secret}
    given = {name for name, _ in environment()}
    assert given & secret <= {"HUIMAGES_COUCHDB_URL"}  # a URL without a password
    assert "@" not in dict(environment())["HUIMAGES_COUCHDB_URL"]
    for name, value in environment():
        if name.endswith("_FILE"):
            assert Path(value).parent == Path("/run/secrets")
            assert Path(value).name in SERVICES["app-1"]["secrets"]
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_ini_file_of_the_image_is_valid_and_keeps_data_in_its_volumes() -> None:
    settings = read_settings(DEPLOY / "container.ini", {})
    volumes = {Path("/var/lib/huimages"), Path("/var/cache/huimages")}
    assert {str(path) for path in volumes} == set(
        json.loads(CONTAINERFILE.split("\nVOLUME ")[1].splitlines()[0])
    )
    for path in (settings.originals_path, settings.metadata_path, settings.cache.path):
        assert path.parent in volumes
    # Renditions are renamed from the folder beside the cache, which works within one volume only.
    mounted = {volume.split(":")[-1] for volume in SERVICES["app-1"]["volumes"]}
    assert str(settings.cache.path) not in mounted


def test_processes_have_memory_for_their_decoders() -> None:
    limit = re.fullmatch(r"(\d+)m", SERVICES["app-1"]["mem_limit"])
    assert limit is not None
    unit = (DEPLOY / "huimages@.service").read_text(encoding="utf-8")
    assert f"MemoryMax={limit[1]}M" in unit


def test_nginx_uses_the_ips_and_folders_of_the_processes() -> None:
    command = SERVICES["nginx"]["command"][-1]
    addresses = [SERVICES[name]["networks"]["web"]["ipv4_address"] for name in PROCESSES]
    assert re.findall(r"/([\d.]+):6543/'", command) == addresses
    replaced = re.findall(r"-e 's[/|](.+?)[/|]", command)
    config = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert [text for text in replaced if text.replace("\\", "") not in config] == []
    assert read_settings(DEPLOY / "container.ini", {}).cache.path.name in command
    proxy = SERVICES["nginx"]["networks"]["web"]["ipv4_address"]
    assert all(f"proxy={proxy}" in SERVICES[name]["command"] for name in PROCESSES)
