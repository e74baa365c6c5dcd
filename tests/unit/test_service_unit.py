"""Tests of the systemd unit against the defaults of the program."""

from __future__ import annotations

import re
from pathlib import Path

from huimages_app.config.settings import Settings

UNIT = (Path(__file__).parents[2] / "deploy" / "huimages@.service").read_text(encoding="utf-8")

# Resident bytes of an idle process with all templates compiled, boto3 and CouchDB: 94 MB.
IDLE = 100 * 10**6
# Resident bytes of the fork server and three idle workers, shared pages once.
IDLE_DECODERS = 50 * 10**6


def test_memory_limit_covers_decoders_and_idle_process() -> None:
    limits = re.findall(r"^MemoryMax=(\d+)M$", UNIT, re.MULTILINE)
    assert len(limits) == 1
    assert int(limits[0]) * 2**20 >= Settings().decoding.memory + IDLE + IDLE_DECODERS


def test_unit_limits_the_arenas_of_malloc() -> None:
    assert "\nEnvironment=MALLOC_ARENA_MAX=2\n" in UNIT


def test_unit_lets_decoders_restrict_themselves() -> None:
    calls = "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self"
    assert f"\nSystemCallFilter={calls}\n" in UNIT
