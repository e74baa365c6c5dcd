"""The chart of the report, as SVG: bars of the speed in relation to ipx."""

from __future__ import annotations

from .targets import Measurements

_COLOURS = {
    "huimages": "#0b6e4f",
    "huimages, Pillow alone": "#6bb392",
    "sharp": "#c8553d",
    "ipx": "#8d8d8d",
    "thumbor": "#e0a030",
    "nginx image_filter": "#5a7fb5",
}
_BAR, _GAP, _LEFT, _SCALE, _WIDTH = 11, 14, 170, 180, 720


def chart(measured: Measurements) -> str:
    """Return an SVG that is readable on light and dark backgrounds."""
    parts: list[str] = []
    y = 34
    for contest, servers in measured.contests.items():
        ratios = {name: measured.ratio(contest, name, "ipx", "by_core") for name in servers}
        drawn = {name: ratio for name, ratio in ratios.items() if ratio is not None}
        if not drawn or not contest.endswith(("2 at once", "of an upload", "sizes")):
            continue
        middle = y + len(drawn) * _BAR / 2 + 4
        parts.append(f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end">{contest}</text>')
        for name, ratio in drawn.items():
            y_text = y + _BAR - 3
            length = min(ratio * _SCALE / 2, _WIDTH - _LEFT - 40)
            parts.append(
                f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR - 2}" '
                f'fill="{_COLOURS.get(name, "#999")}"><title>{name}: {ratio:.2f}</title></rect>'
                f'<text x="{_LEFT + length + 4:.1f}" y="{y_text}" class="n">{ratio:.1f}</text>'
            )
            y += _BAR
        y += _GAP
    legend, x = [], 8
    for name, colour in _COLOURS.items():
        legend.append(f'<rect x="{x}" y="8" width="10" height="10" fill="{colour}"/>')
        legend.append(f'<text x="{x + 14}" y="17">{name}</text>')
        x += 30 + 6.3 * len(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}" '
        'font-family="system-ui, sans-serif" font-size="11">'
        "<title>Renditions for a second of a core’s time, ipx = 1</title>"
        "<style>text{fill:#222}.n{font-size:9px}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>"
        f"{''.join(legend)}{''.join(parts)}</svg>\n"
    )
