"""The targets of speed, memory and bytes, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from . import results

OURS: Final = "huimages"
_OURS_WITHOUT_VECTORS: Final = "huimages, Pillow alone"
_MEASURES: Final = ("by_clock", "by_core")


class Measurements:
    """The measured parts of `results`, and ratios of speeds."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.parts = parts
        self.speed: Mapping[str, Any] = parts["speed"]
        self.contests: Mapping[str, Any] = self.speed["speeds"]

    def ratio(
        self, contest: str, server: str, base: str, measure: str = "by_clock"
    ) -> float | None:
        """Return how many times as fast as `base`; None if one of them was not measured."""
        rounds = self.contests.get(contest, {})
        if server not in rounds or base not in rounds:
            return None
        speeds, others = ([one[measure] for one in rounds[name]] for name in (server, base))
        return results.ratio(speeds, others)

    def worst(self, contests: Sequence[str], base: str | None, measure: str) -> float | None:
        """Return the least ratio of huimages to `base`; None means any other server."""
        ratios = [
            self.ratio(contest, OURS, other, measure)
            for contest in contests
            for other in ([base] if base else self._peers(contest))
        ]
        return min((ratio for ratio in ratios if ratio is not None), default=None)

    def _peers(self, contest: str) -> list[str]:
        ours = {OURS, _OURS_WITHOUT_VECTORS}
        return [server for server in self.contests.get(contest, ()) if server not in ours]


@dataclass(frozen=True)
class Target:
    """A row of the table of targets."""

    what: str
    wanted: str
    by_clock: str
    by_core: str
    verdict: str


@dataclass(frozen=True)
class SpeedTarget:
    """The least ratio of speeds, which the worst contest whose name begins so must reach.

    `base` is the other server; None for each that was measured.  `reason` is why it is missed.
    """

    what: str
    least: float
    contests: str
    base: str | None
    reason: str


_DECODING: Final = (
    "reading the original's Huffman codes takes most of the time, and every server uses "
    "libjpeg-turbo or a library derived from it"
)
_FIXED: Final = (
    "signature, lock, record, isolated decoder and cache take longer than the picture itself; "
    "the others check and keep nothing (docs/decisions/062)"
)
_SPEEDS: Final = (
    SpeedTarget("first size, 12 MP → 240, to sharp", 1.15, "12 MP → 240, ", "sharp", _DECODING),
    SpeedTarget("first size, 2 MP → 640, to sharp", 1.8, "2 MP → 640, ", "sharp", _FIXED),
    SpeedTarget("first size, 2 MP → 240, to thumbor", 1.15, "2 MP → 240, ", "thumbor", _FIXED),
    SpeedTarget("first size to each other server, worst row", 1.15, "", None, _FIXED),
    SpeedTarget("second size, 12 MP → 240, to sharp", 7, "12 MP → 240, of", "sharp", _FIXED),
    SpeedTarget(
        "second size, 12 MP → 1024, to sharp",
        3.5,
        "12 MP → 1024, of",
        "sharp",
        "decoding the preview of 1600 pixels takes two fifths of the time (docs/decisions/071)",
    ),
    SpeedTarget("ten sizes of 12 MP after an upload, to ipx", 6.5, "12 MP → the", "ipx", _FIXED),
)
# Hits: server, base, least ratio, reason for less.
_HITS: Final = (
    (
        "hits through nginx, to nginx static",
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
_MEMORY: Final = {"baseline": 100, "progressive": 250}
_SHARED: Final = "one server process per core, and decoders in processes of their own"
# Encoder in `make encoders`, and the most bytes at equal SSIM, to sharp's default.
_BYTES: Final = {
    "WebP": ("webp, effort 4", 1.0),
    "AVIF": ("avif, effort 5", 0.95),
    "JPEG": ("jpeg", 0.93),
}
_IMPORT: Final = 2.0
_LIKENESS: Final = 0.995


def targets(measured: Measurements) -> Iterator[Target]:
    """Yield every target, with the measured value."""
    for target in _SPEEDS:
        yield _speed(measured, target)
    yield from _hits(measured)
    yield from _memory(measured)
    yield from _bytes(measured)
    yield from _import(measured)
    likeness = measured.speed["likeness"]
    met = likeness >= _LIKENESS
    reason = "see docs/decisions/005"
    yield _target("worst SSIM to the exact", f"≥ {_LIKENESS}", f"{likeness:.4f}", met, reason)


def _speed(measured: Measurements, target: SpeedTarget) -> Target:
    is_first = target.contests.endswith(", ") or not target.contests
    contests = [
        name
        for name in measured.contests
        if name.startswith(target.contests) and ("at once" in name) == is_first
    ]
    worst = [measured.worst(contests, target.base, measure) for measure in _MEASURES]
    by_clock, by_core = worst
    wanted = f"≥ {target.least}"
    if by_clock is None or by_core is None:
        return Target(target.what, wanted, "", "", f"not measured: {target.base} is not installed")
    met = by_clock >= target.least, by_core >= target.least
    verdict = {
        (True, True): "met",
        (True, False): f"met by clock; by core not: {target.reason}",
        (False, True): f"met by core; by clock not: {target.reason}",
        (False, False): f"not met: {target.reason}",
    }[met]
    return Target(target.what, wanted, f"{by_clock:.2f}", f"{by_core:.2f}", verdict)


def _hits(measured: Measurements) -> Iterator[Target]:
    rates = measured.speed["warm"]
    for what, server, base, least, reason in _HITS:
        if server not in rates or base not in rates:
            yield Target(what, f"≥ {least}", "", "", "not measured: not installed")
            continue
        ratio = results.ratio(rates[server], rates[base])
        yield _target(what, f"≥ {least}", f"{ratio:.2f}", ratio >= least, reason)


def _memory(measured: Measurements) -> Iterator[Target]:
    for kind, most in _MEMORY.items():
        peak = measured.speed["peaks"].get(OURS, {}).get(kind, 0.0)
        yield _target(
            f"memory, eight of 24 MP at once, {kind}",
            f"≤ {most} MB",
            f"{peak:.0f} MB",
            peak <= most,
            _SHARED,
        )


def _bytes(measured: Measurements) -> Iterator[Target]:
    encoders = measured.parts.get("encoders", {})
    for name, (encoder, most) in _BYTES.items():
        what = f"{name} bytes at equal SSIM, to sharp's default"
        if encoder not in encoders:
            yield Target(what, f"≤ {most}", "", "", "not measured: make encoders")
            continue
        ratio = encoders[encoder]["ssim"]
        reason = "no encoder that was tried reaches it (docs/decisions/054)"
        yield _target(what, f"≤ {most}", f"{ratio:.2f}", round(ratio, 2) <= most, reason)


def _import(measured: Measurements) -> Iterator[Target]:
    what = "import, to reading, hashing and decoding at an eighth"
    imports = measured.parts.get("imports")
    if imports is None:
        yield Target(what, f"≤ {_IMPORT}", "", "", "not measured: python -m benchmarks.imports")
        return
    costs = imports["costs"]
    clock, cores = (
        results.ratio(*([cost[kind] for cost in costs[name]] for name in ("files", "limit")))
        for kind in ("clock", "cores")
    )
    verdict = "met" if round(clock, 2) <= _IMPORT else "not met: see docs/decisions/064"
    yield Target(what, f"≤ {_IMPORT}", f"{clock:.2f}", f"{cores:.2f}", verdict)


def _target(what: str, wanted: str, reached: str, met: bool, reason: str) -> Target:
    return Target(what, wanted, reached, "", "met" if met else f"not met: {reason}")
