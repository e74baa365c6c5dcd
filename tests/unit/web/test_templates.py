"""Compiled templates, which are kept in a folder for the next start."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

import pytest
from chameleon import PageTemplateFile
from chameleon.zpt.template import PageTemplate

from huimages_app.web.presentation import templates
from huimages_app.web.presentation.templates import CompiledTemplates

_numbers = itertools.count()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A template that no other test has compiled: Python keeps loaded modules."""
    path = tmp_path / "page.pt"
    path.write_text(f"<p title='{next(_numbers)}'>${{word}}</p>")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "templates"
    found.mkdir(mode=0o700)
    return found


def rendered(source: Path, loader: CompiledTemplates) -> Any:
    template = PageTemplateFile(source)
    template.loader = loader
    return template(word="Quay")


def module_of(folder: Path) -> Path:
    [module] = folder.glob("*.py")
    return module


def restart(folder: Path) -> CompiledTemplates:
    """Return what a new process has: no loaded module."""
    for module in folder.glob("*.py"):
        sys.modules.pop(module.stem, None)
    return CompiledTemplates(folder)


def test_compiled_template_is_read_at_the_next_start(
    source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = rendered(source, CompiledTemplates(folder))
    assert ">Quay</p>" in page
    loader = restart(folder)
    monkeypatch.delattr(PageTemplate, "parse")
    assert rendered(source, loader) == page


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"def initialize(", b"raise OSError"])
def test_damaged_module_is_compiled_again(source: Path, folder: Path, content: bytes) -> None:
    page = rendered(source, CompiledTemplates(folder))
    loader = restart(folder)
    module = module_of(folder)
    module.write_bytes(content)
    assert rendered(source, loader) == page
    assert b"initialize" in module.read_bytes()


def test_template_is_compiled_in_memory_where_the_folder_is_gone(
    source: Path, folder: Path
) -> None:
    loader = CompiledTemplates(folder)
    folder.rmdir()
    assert ">Quay</p>" in rendered(source, loader)


def test_modules_of_other_versions_are_removed(source: Path, folder: Path) -> None:
    rendered(source, CompiledTemplates(folder))
    loader = restart(folder)
    old = module_of(folder)
    source.write_text(f"<h1 title='{next(_numbers)}'>${{word}}</h1>")
    page = rendered(source, loader)
    loader.remove_unused()
    assert module_of(folder) != old
    assert len([*folder.rglob("*.pyc")]) == 1
    assert rendered(source, restart(folder)) == page


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_folder_that_others_may_write_is_not_used(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    folder.chmod(mode)
    assert templates._opened(folder) is None


def test_folder_that_cannot_be_made_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "var").write_bytes(b"")
    assert templates._opened(tmp_path / "var" / "templates") is None


def test_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "templates"
    assert templates._opened(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
