"""The part of deploy/nginx.conf and deploy/lighttpd.conf that depends on the settings.

A web server finds a rendition by the URL alone.  So it must know the sizes that need no
signature, what the named sizes are, and when the Accept header chooses the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..config.settings import Settings
from ..domain.formats import FORMATS, JPEG
from ..domain.presets import Preset
from ..domain.sizes import Size
from ..services.size_policy import listed_sizes

# Follows the name of a preset or of a trimmed size: the focal point, or the content box.
_DETAIL = "![0-9,]+"
_DENSITY = "(?:@[23]x)?"
_ANY = r"[0-9]*x[0-9]*(?:!(?:[0-9]+,[0-9]+)?|=[0-9a-z,]*(?:![0-9,]+)?)?"
_NEVER = "(?!)"
# Endings of URLs; the cached file of a JPEG ends in .jpeg.
_ENDINGS = {"jpg": JPEG, **{format_.extension: format_ for format_ in FORMATS}}


@dataclass(frozen=True)
class WebServerSizes:
    """The sizes of a site, as a web server must know them.

    `free` are the sizes of the setting `sizes.allowed`; with `any_size` all others are free, too.
    """

    free: tuple[Size, ...]
    any_size: bool
    names: dict[str, Size]
    negotiate: str

    @classmethod
    def of(cls, settings: Settings) -> WebServerSizes:
        """Return those of the settings; raises BadSize."""
        names = {**settings.named_sizes}
        signs_all = settings.signed == "all"
        any_size = "any" in settings.sizes_allowed and not signs_all
        listed = set() if signs_all else listed_sizes(settings.sizes_allowed, names)
        if any_size:
            listed.update(size for size in names.values() if size.preset)
        free = sorted((size for size in listed if not size.is_original), key=str)
        return cls(tuple(free), any_size, names, settings.negotiate)

    @property
    def presets(self) -> list[tuple[Preset, Size]]:
        """The presets that are free."""
        return [(size.preset, size) for size in self.free if size.preset]

    @property
    def boxes(self) -> list[Size]:
        """The other sizes that are free one by one."""
        return [] if self.any_size else [size for size in self.free if not size.preset]


# -- nginx ----------------------------------------------------------------------------------


def nginx_maps(sizes: WebServerSizes) -> str:
    """Return the maps for nginx."""
    only = list(_nginx_only(sizes))
    ending = "only:$huimages_ending" if only else "ending"
    maps = [
        "# The files of the sizes served without a signature, by size and by name.  No file is -.\n"
        + _map("box", "file", [("default", "-"), *_nginx_files(sizes)]),
        "# The format, by the extension of the URL.\n"
        + _map(ending, "format", _nginx_formats(sizes, only)),
        "# The Vary header: Accept, if the Accept header has chosen the format.\n"
        + _map(ending, "vary", _nginx_vary(sizes, only)),
        "# Renditions of sizes with output options change with the definition of the size.\n"
        + _map("file", "caching", _nginx_caching(sizes)),
    ]
    if only:
        maps.insert(
            1,
            "# The only format of named sizes that have one.\n"
            + _map("file", "only", [("default", '""'), *only]),
        )
    return "\n\n".join(maps)


def _map(source: str, target: str, lines: Iterable[tuple[str, str]]) -> str:
    lines = list(lines)
    width = min(max(len(key) for key, _ in lines), 12)
    body = "".join(f"    {key:{width}} {value};\n" for key, value in lines)
    return f"map $huimages_{source} $huimages_{target} {{\n{body}}}"


def _nginx_files(sizes: WebServerSizes) -> Iterator[tuple[str, str]]:
    for size in sizes.boxes:
        yield str(size), size.cache_name
    if sizes.any_size:
        yield rf"~^{_ANY}\z", "$huimages_box"
    if cropped := [str(size).removesuffix("!") for size in sizes.boxes if _has_detail(size)]:
        yield rf"~^{_one_of(cropped)}{_DETAIL}\z", "$huimages_box"
    for name, size in sizes.names.items():
        if size.plain in sizes.free or (sizes.any_size and not size.preset):
            yield name, size.cache_name
        if size.preset and size.plain in sizes.free and _has_detail(size):
            yield rf"~^{name}(?<huimages_detail>{_DETAIL})\z", f"{size.cache_name}$huimages_detail"


def _nginx_only(sizes: WebServerSizes) -> Iterator[tuple[str, str]]:
    for format_ in FORMATS:
        names = [
            preset.cache_name for preset, _ in sizes.presets if preset.options.format == format_
        ]
        if names:
            yield rf"~^{_one_of(names)}(?:!|\z)", format_.extension


def _nginx_formats(
    sizes: WebServerSizes, only: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    prefix = ":" if only else ""
    yield "default", "$huimages_best" if sizes.negotiate == "everywhere" else "jpeg"
    for format_ in FORMATS[1:]:
        yield f"{prefix}{format_.extension}", format_.extension
    if sizes.negotiate != "off":
        yield f"{prefix}auto", "$huimages_best"
    for extension in dict.fromkeys(extension for _, extension in only):
        yield f"{extension}:", extension
        yield f"{extension}:auto", extension
        for ending, format_ in _ENDINGS.items():
            # The application explains why there is no such format.
            yield f"{extension}:{ending}", extension if format_.extension == extension else "-"


def _nginx_vary(
    sizes: WebServerSizes, only: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    prefix = ":" if only else ""
    yield "default", '""'
    if sizes.negotiate != "off":
        yield f"{prefix}auto", "Accept"
    if sizes.negotiate == "everywhere":
        # Without an extension, too.
        yield from (((prefix + key) or '""', "Accept") for key in ("", "jpeg", "jpg"))


def _nginx_caching(sizes: WebServerSizes) -> Iterator[tuple[str, str]]:
    yield "default", '"public, max-age=31536000, immutable"'
    if names := [preset.cache_name for preset, _ in sizes.presets]:
        yield rf"~^{_one_of(names)}(?:!|\z)", '"public, max-age=86400"'


# -- lighttpd ---------------------------------------------------------------------------------


def lighttpd_variables(sizes: WebServerSizes) -> str:
    """Return the variables for lighttpd."""
    auto = {
        "auto": r"(?:/[^/?]+)?\.auto$",
        "everywhere": r"(?:\.auto|\.jpe?g|/(?![^/?]*\.(?i:webp|avif|png)$)[^/?]+)?$",
    }
    varies = {"auto": r"\.auto$", "everywhere": r"^(?!.*\.(?i:webp|avif|png)$)"}
    auto_pattern = (
        rf'"^/(" + var.huimages_free + ")/(" + var.huimages_id + "){auto[sizes.negotiate]}"'
        if sizes.negotiate in auto
        else f'"{_NEVER}"'
    )
    return "\n".join(
        [
            "# Sizes served without a signature.",
            f'var.huimages_free = "{_lighttpd_free(sizes)}"',
            "# The files of named sizes with output options.",
            f'var.huimages_preset_files = "{_lighttpd_preset_files(sizes)}"',
            "# What the named sizes are.",
            _array("names", _lighttpd_names(sizes)),
            _array("presets", _lighttpd_presets(sizes)),
            "# URLs whose format the Accept header chooses, and what is behind the `?` then.",
            f"var.huimages_auto = {auto_pattern}",
            f'var.huimages_varies = "{varies.get(sizes.negotiate, _NEVER)}"',
        ]
    )


def _array(name: str, rules: Iterable[tuple[str, str]]) -> str:
    lines = ",\n".join(f'    {pattern} => "{target}"' for pattern, target in rules)
    return f"var.huimages_{name} = (\n{lines}\n)" if lines else f"var.huimages_{name} = ()"


def _lighttpd_free(sizes: WebServerSizes) -> str:
    if sizes.any_size:
        return f"(?:{_ANY}){_DENSITY}"
    patterns = [
        f"{size.cache_name}(?:{_DETAIL.removeprefix('!') if size.crop else _DETAIL})?"
        if _has_detail(size)
        else size.cache_name
        for size in sizes.boxes
    ]
    return f"(?:{'|'.join(patterns)}){_DENSITY}" if patterns else _NEVER


def _lighttpd_preset_files(sizes: WebServerSizes) -> str:
    names = [preset.cache_name for preset, _ in sizes.presets]
    return f"{_one_of(names)}(?:{_DETAIL})?{_DENSITY}" if names else _NEVER


def _lighttpd_names(sizes: WebServerSizes) -> Iterator[tuple[str, str]]:
    for name, size in sizes.names.items():
        if not size.preset:
            yield f'"^/{name}({_DENSITY}/[^?]*)$"', f"/{size}$1"


def _lighttpd_presets(sizes: WebServerSizes) -> Iterator[tuple[str, str]]:
    """Yield the rules from a URL to its file.

    There are none where the Accept header chooses the format: the application sends those files.
    """
    for preset, size in sizes.presets:
        detail = f"(?:{_DETAIL})?" if _has_detail(size) else ""
        begin = f'"^/{preset.name}({detail}{_DENSITY})/(" + var.huimages_id + ")'
        file = f"/$3/$2/{preset.cache_name}$1"
        if only := preset.options.format:
            yield f'{begin}{_endings_of(only.extension)}$"', f"{file}.{only.extension}?$0"
            continue
        yield rf'{begin}(?:/[^/?]+)?\.(webp|avif|png)$"', f"{file}.$4?$0"
        if sizes.negotiate != "everywhere":
            yield (
                rf'{begin}(?:\.jpe?g|/(?![^/?]*\.(?i:webp|avif|png|auto)$)[^/?]+)?$"',
                f"{file}.jpeg?$0",
            )


def _endings_of(only: str) -> str:
    """Return the pattern of what may follow an ID in a size with only one format."""
    own = [ending for ending, format_ in _ENDINGS.items() if format_.extension == only]
    others = [ending for ending in _ENDINGS if ending not in own]
    return rf"(?:\.{_one_of([*own, 'auto'])}|/(?![^/?]*\.(?i:{'|'.join(others)})$)[^/?]+)?"


# -- both ---------------------------------------------------------------------------------------


def _has_detail(size: Size) -> bool:
    return size.crop or (size.padding is not None and size.padding.trims)


def _one_of(words: list[str]) -> str:
    return f"(?:{'|'.join(words)})"
