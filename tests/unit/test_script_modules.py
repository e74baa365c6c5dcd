"""Imports between the modules in static/js."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

JS = Path(__file__).parents[2] / "static/js"
_IMPORT = re.compile(r"""(?:from|import)[\s(]*["']\./(\w+)\.js["']""")


def imports() -> dict[str, set[str]]:
    return {path.stem: set(_IMPORT.findall(path.read_text("utf-8"))) for path in JS.glob("*.js")}


def test_imports_have_no_cycle() -> None:
    graph = imports()
    # Raises CycleError, which names the modules of the cycle.
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(graph)


def test_every_module_is_reached_from_main_or_is_a_worker() -> None:
    graph, reached, waiting = imports(), set(), {"main", "share_worker"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= graph[name] - reached
    assert reached == set(graph)
