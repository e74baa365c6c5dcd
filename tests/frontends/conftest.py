"""Servers of the program behind web servers."""

from __future__ import annotations

from tests.support.processes import unmeasured_processes

__all__ = ["unmeasured_processes"]
