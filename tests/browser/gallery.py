"""A site for screenshots: parts of photographs, described as editors describe theirs."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import ExifTags, Image, ImageOps

from huimages_app.config.settings import Settings
from huimages_app.factory import build_services
from huimages_app.services.container import Services
from tests.support.services import add

PICTURES = 120
_LONGER_SIDE = 1400
_START = datetime(2026, 4, 1, 9, tzinfo=UTC)
_TAKEN = datetime(2018, 1, 20, 14, 30, tzinfo=UTC)  # the first picture
# Width to height: cameras, phones, squares, panoramas, a tower.
_SHAPES = (1.5, 1.5, 4 / 3, 0.75, 1.78, 2 / 3, 1.0, 2.6, 0.8, 1.5, 3.4, 0.56)
_TITLES = (
    "Dune", "Morning light", "Coffee break in the garden", "", "Rain on the window", "Ladybird",
    "Packshot of the grey sofa with three cushions, seen from the front left, in the light of a"
    " late afternoon, before the retouching of the legs", "Herbstkatalog: Gartenmöbelausstellung",
    "Storm", "Two wings", "Coffee table, oak", "Wasserflächenspiegelung bei Sonnenuntergang", "",
    "Yellow flower", "Elephants", "Blinds", "Green meadow",
)  # fmt: skip
_TAGS = (
    "hills", "Garden", "macro", "still life", "Landschaft", "Wasser", "Möbel", "catalogue 2026",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz", "autumn", "blue", "a/b",
    "Straßenfotografie", "press", "Äpfel & Birnen", "night", "portrait", "yellow", "web", "wood",
    "Donaudampfschifffahrtsgesellschaft", "to be retouched", "Übersicht", "animals", "summer",
)  # fmt: skip
_ARTICLES = ("10106", "20113", "20114", "A-4711/rot", "30250", "30251", "88100", "88101",
             "4006381333931", "SOFA-GRAU-3-SITZER-LINKS-2026", "50007", "50008")  # fmt: skip
_COLLECTIONS = (
    ("Autumn catalogue", "Everything for pages 4 to 17.\nThe first picture is the title page."),
    ("Messe Köln 2026: Neuheiten, Standfotos und Pressebilder der Gartenmöbelabteilung", ""),
    ("Press kit", "Free for newspapers and magazines."),
    ("Water", ""),
)


def add_photographs(settings: Settings, folder: Path) -> None:
    """Make pictures from the JPEG files in a folder, and store them as the newest ones."""
    services = build_services(settings)
    chance = random.Random(7)
    ids = [
        _add(services, number, content, chance)
        for number, content in enumerate(_parts(folder, chance))
    ]
    for title, description in _COLLECTIONS:
        collection = services.collections.add(title, description)
        services.collection_images.add_images(collection.id, chance.sample(ids, 14))
    services.collections.add("Empty for now")
    services.close()


def _parts(folder: Path, chance: random.Random) -> Iterator[bytes]:
    """Yield parts of the photographs in several shapes."""
    files = sorted(file for ending in ("jpg", "jpeg") for file in folder.glob(f"*.{ending}"))
    if not files:
        raise SystemExit(f"no JPEG files in {folder}")
    for number in range(PICTURES):
        with Image.open(files[number % len(files)]) as photograph:
            photograph.draft("RGB", (2 * _LONGER_SIDE, 2 * _LONGER_SIDE))
            shape = _SHAPES[number % len(_SHAPES)]
            width, height = photograph.size
            scale = min(width / shape, height) * chance.uniform(0.55, 1)
            size = round(min(scale * shape, width)), round(min(scale, height))
            left, top = (chance.randint(0, free) for free in (width - size[0], height - size[1]))
            part = photograph.convert("RGB").crop((left, top, left + size[0], top + size[1]))
        if number % 2:
            part = ImageOps.mirror(part)
        part.thumbnail((_LONGER_SIDE, _LONGER_SIDE))
        buffer = io.BytesIO()
        part.save(buffer, "JPEG", quality=85, exif=_taken(_TAKEN + timedelta(days=25 * number)))
        yield buffer.getvalue()


def _taken(time: datetime) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{time:%Y:%m:%d %H:%M:%S}"
    return exif


def _add(services: Services, number: int, content: bytes, chance: random.Random) -> str:
    title = _TITLES[number % len(_TITLES)]
    tags = [tag for at, tag in enumerate(_TAGS) if chance.random() < 1 / (2 + at)]
    article = _ARTICLES[number % len(_ARTICLES)]
    added = add(
        services,
        content,
        title=title,
        filename=f"DSC_{4000 + number}.JPG",
        tags=tags,
        references={"artnr": [article]} if number % 3 else {},
        timestamp=_START + timedelta(days=number),
    )
    image_id = added.image.id
    if number % 4 == 0:
        services.annotations.rate(image_id, "vera", 2 + 2 * (number % 5))
    return image_id
