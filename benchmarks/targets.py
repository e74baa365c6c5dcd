"""The speed and memory targets of huimages, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import results

OURS = "huimages"


class Told:
    """The measured speeds, and their ratios."""

    def __init__(self, speed: Mapping[str, Any]) -> None:
        self.part = speed
        self.contests: Mapping[str, Any] = speed["speeds"]

    def ratio(
        self, contest: str, server: str, base: str, measure: str = "by_clock"
    ) -> float | None:
        """Return how many times as fast as `base`; None if one of them was not measured."""
        rounds = self.contests.get(contest, {})
        if server not in rounds or base not in rounds:
            return None
        speeds, others = ([one[measure] for one in rounds[name]] for name in (server, base))
        return results.ratio(speeds, others)


@dataclass(frozen=True)
class Target:
    """A row of the table of targets."""

    what: str
    wanted: str
    by_clock: str
    by_core: str
    verdict: str


# Reasons for missed targets.
_DECODING = (
    "to read the original's Huffman codes takes most of the time, and every server uses "
    "libjpeg-turbo or its kin"
)
_FIXED = (
    "the picture itself takes less than the rest of the request: signature, lock, record, "
    "waitress; the others check and keep nothing"
)
_REASONS = {
    "first size, 12 MP → 240, to sharp": _DECODING,
    "first size, 2 MP → 640, to sharp": (
        "signature, lock, record and keeping the result take a sixth; the others do none of it"
    ),
    "first size, to ipx, everywhere": f"where it is least, {_DECODING}",
    "second size, 12 MP → 240, to sharp": _FIXED,
    "second size, 12 MP → 1024, to sharp": (
        "it is made from the copy of 1600, which in these pictures is as full of detail as an "
        "original, and takes half of the time to decode"
    ),
    "ten classic sizes of 12 MP after upload, to ipx": _FIXED,
}


def targets(told: Told) -> Iterator[Target]:
    """Yield every target, with the measured value."""
    alone = "2 at once"
    yield _ratio(told, "first size, 12 MP → 240, to sharp", 1.15, [f"12 MP → 240, {alone}"])
    yield _ratio(told, "first size, 2 MP → 640, to sharp", 1.8, [f"2 MP → 640, {alone}"])
    everywhere = [name for name in told.contests if "at once" in name]
    yield _ratio(told, "first size, to ipx, everywhere", 1.3, everywhere, base="ipx")
    yield _ratio(told, "second size, 12 MP → 240, to sharp", 7, ["12 MP → 240, of an upload"])
    yield _ratio(told, "second size, 12 MP → 1024, to sharp", 3, ["12 MP → 1024, of an upload"])
    ten = [name for name in told.contests if "ten classic" in name]
    yield _ratio(told, "ten classic sizes of 12 MP after upload, to ipx", 4, ten, base="ipx")
    yield from _warm(told)
    yield from _memory(told)
    likeness = told.part["likeness"]
    yield _target(
        "worst likeness to the exact (SSIM)", "≥ .995", f"{likeness:.4f}", likeness >= 0.995
    )


def _ratio(told: Told, what: str, least: float, contests: list[str], base: str = "sharp") -> Target:
    """Return a target that the worst of the contests must reach."""
    worst = {}
    for measure in ("by_clock", "by_core"):
        ratios = [told.ratio(contest, OURS, base, measure) for contest in contests]
        known = [ratio for ratio in ratios if ratio is not None]
        if not known:
            return Target(what, f"≥ {least}", "", "", f"not measured: {base} is not installed")
        worst[measure] = min(known)
    met = [worst[measure] >= least for measure in ("by_clock", "by_core")]
    verdict = {(True, True): "met", (False, False): "not met"}.get(
        (met[0], met[1]), "met by clock" if met[0] else "met by core"
    )
    if not all(met) and what in _REASONS:
        verdict += f": {_REASONS[what]}"
    return Target(
        what, f"≥ {least}", f"{worst['by_clock']:.2f}", f"{worst['by_core']:.2f}", verdict
    )


# What is compared when renditions are in the cache: server, base, least ratio, reason for less.
_WARM = (
    (
        "warm through nginx, to nginx static",
        "huimages behind nginx",
        "nginx static",
        0.95,
        "nginx matches the URL with a pattern, looks into six maps and sends six headers more",
    ),
    (
        "hits by the application, to sharp from its cache",
        OURS,
        "sharp from its cache",
        1.0,
        "each hit looks at its file, which may have been removed",
    ),
)


def _warm(told: Told) -> Iterator[Target]:
    rates = told.part["warm"]
    for what, server, base, least, reason in _WARM:
        if server not in rates or base not in rates:
            yield Target(what, f"≥ {least}", "", "", "not measured: not installed")
            continue
        ratio = results.ratio(rates[server], rates[base])
        yield _target(what, f"≥ {least}", f"{ratio:.2f}", ratio >= least, reason)


def _memory(told: Told) -> Iterator[Target]:
    for kind, most in (("baseline", 120), ("progressive", 400)):
        peak = told.part["peaks"].get(OURS, {}).get(kind, 0.0)
        yield _target(
            f"memory, eight of 24 MP at once, {kind}",
            f"≤ {most} MB",
            f"{peak:.0f} MB",
            peak <= most,
        )


def _target(what: str, wanted: str, reached: str, met: bool, reason: str = "") -> Target:
    verdict = "met" if met else ": ".join(filter(None, ["not met", reason]))
    return Target(what, wanted, reached, "", verdict)
