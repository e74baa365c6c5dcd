"""Generated archives of any number of images, as a company would have them.

A few tags are on many images, and many tags on a few (Zipf's law: the first one on a quarter
of all), and so are the words of titles.  Most images arrive in the order of their creation,
some are scans from years before.  The same number always gives the same archive.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice

from huimages_app.domain.ids import image_id
from huimages_app.domain.models import Annotation, Image
from huimages_app.storage.couchdb import Server
from huimages_app.storage.couchdb.codec import annotation_document, ctime_of, document_of
from huimages_app.storage.interfaces import MetadataBackend

START = datetime(2009, 4, 1, tzinfo=UTC)
UPLOADER = "uploader"
_PARTS = [
    "wasser",
    "strandkorb",
    "berge",
    "möbel",
    "lampen",
    "gartenhaus",
    "sommer",
    "kinder",
    "spiel",
    "holz",
    "fahrt",
    "licht",
    "türen",
]


@dataclass(frozen=True)
class Sample:
    """An image and the annotation of its uploader."""

    image: Image
    annotation: Annotation


def word(number: int) -> str:
    """Return word or tag `number`, a German compound; small numbers are used most."""
    number, part = divmod(number, len(_PARTS))
    return _PARTS[part] + (word(number - 1) if number else "")


class Zipf:
    """Random numbers below `count`; n comes 1 / (n + 1) times as often as 0."""

    def __init__(self, count: int) -> None:
        self._weights = list(accumulate(1 / (number + 1) for number in range(count)))
        self._numbers = range(count)

    def draw(self, chance: random.Random, count: int) -> list[int]:
        return chance.choices(self._numbers, cum_weights=self._weights, k=count)


def samples(count: int, tags: int = 5000) -> Iterator[Sample]:
    """Yield the first `count` images of the archive, with `tags` different tags."""
    chance = random.Random(1)
    zipf = Zipf(tags)
    for number in range(count):
        created = START + timedelta(minutes=3 * number, microseconds=chance.randrange(10**6))
        if not number % 10:
            created -= timedelta(days=chance.randrange(10_000))
        image = Image(
            image_id(b"%d" % number),
            created,
            created,
            width=chance.randrange(300, 6000),
            height=chance.randrange(300, 6000),
            titles=(" ".join(map(word, zipf.draw(chance, chance.randrange(1, 6)))),),
            references={"artnr": (f"{10_000 + number // 4}/{number % 4:02}",)},
            types=(chance.choice(["product", "person", "place"]),),
            filename=f"IMG_{number:06}.jpeg",
            length=chance.randrange(10**5, 10**7),
            contenttype="image/jpeg",
            placeholder="#8899aa",
            sha256=f"{chance.getrandbits(256):064x}",
            taken=created - timedelta(hours=number % 48) if number % 4 else None,
            uploader=UPLOADER,
            phash=f"{chance.getrandbits(64):016x}",
        )
        given = dict.fromkeys(map(word, zipf.draw(chance, chance.randrange(0, 6))))
        annotation = Annotation(
            tuple(given),
            favorite=not number % 50,
            rating=chance.randrange(11) if not number % 3 else None,
        )
        yield Sample(image, annotation)


def fill(store: MetadataBackend, count: int, tags: int = 5000) -> None:
    """Write an archive into any backend, as the program would."""
    for sample in samples(count, tags):
        store.images.save(sample.image.id, lambda _, image=sample.image: image)
        store.annotations.save(
            sample.image.id, UPLOADER, lambda _, annotation=sample.annotation: annotation
        )


def fill_couchdb(server: Server, images: str, visitors: str, count: int, tags: int = 5000) -> None:
    """Write the same into two databases of `CouchBackend.setup`, many in one request."""
    rest = samples(count, tags)
    while batch := list(islice(rest, 1000)):
        documents, annotations = [], []
        for sample in batch:
            image, annotation = sample.image, sample.annotation
            document = document_of(image, None)
            annotations.append(
                annotation_document(image.id, UPLOADER, annotation, None)
                | {"image_ctime": ctime_of(document)}
            )
            if annotation.rating is not None:
                document["ratings"] = {"sum": annotation.rating, "count": 1}
            documents.append(document)
        server.database(images).put_all(documents)
        server.database(visitors).put_all(annotations)
