"""Image metadata for other sites: oEmbed, Open Graph, Schema.org."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request

from ...domain.formats import JPEG
from ...domain.models import AnnotationSummary, Image
from ...domain.rights import SOURCE_TYPES, Rights, is_web_url
from ...domain.sizes import Size
from .grids import title_of
from .image_json import rating_of, tags_of, time_text

USUAL = Size.parse("1024x768")
CONTENTTYPE = JPEG.contenttype
# Characters that could end the <script> element around the JSON, or begin another one.
_IN_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


@dataclass(frozen=True)
class SharedRendition:
    """A rendition for other sites, with an absolute URL."""

    url: str
    width: int
    height: int
    alt: str


def public_rendition(image: Image, request: Request, box: Size = USUAL) -> SharedRendition | None:
    """Return the largest unsigned rendition that fits into a box; None if there is none."""
    services = request.services
    names = request.registry.settings["huimages"].named_sizes
    size = services.sizes.largest_within(box, image.width, image.height, names)
    if size is None:
        return None
    urls = services.urls.at(request.application_url)
    width, height = size.fitted(image.width, image.height)
    return SharedRendition(urls.named_url(image, size), width, height, urls.alt(image))


@dataclass(frozen=True)
class Sharing:
    """Metadata in the head of an image page; `properties` are those of Open Graph."""

    page: str
    oembed: str
    title: str
    properties: list[tuple[str, str]]
    json_ld: str


def sharing_of(image: Image, summary: AnnotationSummary, request: Request) -> Sharing:
    """Return the metadata of an image for other sites."""
    site, title = request.site, title_of(image, request)
    page = f"{request.host_url}{site.path('image', image.id)}"
    oembed = f"{request.host_url}{site.view_path('oembed')}?{urlencode({'url': page})}"
    picture = public_rendition(image, request)
    json_ld = json.dumps(_image_object(image, summary, page, title, picture), ensure_ascii=False)
    return Sharing(
        page,
        oembed,
        title,
        _open_graph(site.name, page, title, picture),
        json_ld.translate(_IN_HTML),
    )


def _open_graph(
    name: str, page: str, title: str, picture: SharedRendition | None
) -> list[tuple[str, str]]:
    properties = [
        ("og:type", "website"),
        ("og:site_name", name),
        ("og:title", title),
        ("og:url", page),
    ]
    if picture:
        properties += [
            ("og:image", picture.url),
            ("og:image:type", CONTENTTYPE),
            ("og:image:width", str(picture.width)),
            ("og:image:height", str(picture.height)),
            ("og:image:alt", picture.alt or title),
        ]
    return properties


def _image_object(
    image: Image, summary: AnnotationSummary, page: str, title: str, picture: SharedRendition | None
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "identifier": image.id,
        "name": title,
        "url": page,
        "dateCreated": time_text(image.created),
        "dateModified": time_text(image.modified),
        "keywords": [summary.spelling(tag) for tag in tags_of(summary)],
    }
    if picture:
        data["contentUrl"] = picture.url
        data["encodingFormat"] = CONTENTTYPE
        data["width"] = _pixels(picture.width)
        data["height"] = _pixels(picture.height)
        data["description"] = picture.alt or title
    data |= _rights(image.rights)
    rating = rating_of(summary)
    if rating["count"]:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": rating["average"],
            "ratingCount": rating["count"],
            "bestRating": 10,
            "worstRating": 0,
        }
    return data


def _rights(rights: Rights) -> dict[str, Any]:
    """Return the properties that search engines show as licence and credit."""
    licensor = rights.licensor if is_web_url(rights.licensor) else ""
    origin = SOURCE_TYPES.get(rights.source_type)
    properties = {
        "creator": {"@type": "Person", "name": rights.creator} if rights.creator else None,
        "creditText": rights.credit,
        "copyrightNotice": rights.copyright,
        "license": rights.statement,
        "acquireLicensePage": licensor,
        "digitalSourceType": f"https://schema.org/{origin}" if origin else None,
    }
    return {name: value for name, value in properties.items() if value}


def _pixels(value: int) -> dict[str, Any]:
    return {"@type": "QuantitativeValue", "value": value, "unitCode": "E37"}  # UN/CEFACT: pixel
