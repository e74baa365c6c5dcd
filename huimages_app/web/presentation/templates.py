"""Compilation of the page templates."""

from __future__ import annotations

from importlib import resources
from typing import Any

from pyramid.renderers import get_renderer

_FOLDER = resources.files("huimages_app").joinpath("templates")


def compile_templates(registry: Any) -> None:
    """Compile all templates: call it before the server listens.

    Chameleon compiles a template at its first use, in each thread that uses it meanwhile: with
    48 threads under load the first pages took 13 to 40 s.
    """
    for file in _FOLDER.iterdir():
        if file.name.endswith(".pt"):
            renderer = get_renderer(f"huimages_app:templates/{file.name}", registry=registry)
            renderer.implementation().cook_check()
