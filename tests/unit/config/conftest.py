"""A value for each setting."""

from operator import attrgetter

from huimages_app.config import parsers
from huimages_app.config.settings import Settings

SECRET = "s" * 32


ROWS = list(Settings.rows())


# For every parser a valid text that is not the default of any setting.
TEXTS = {
    parsers.text: "something",
    parsers.networks: "127.0.0.1 10.0.0.0/8 ::1",
    parsers.path: "/srv/elsewhere",
    parsers.optional_file: "/srv/elsewhere",
    parsers.web_url: "https://elsewhere.example:8443/",
    parsers.web_urls: "https://a.example:6984/ https://b.example:6984/",
    parsers.time_zone: "Europe/Berlin",
    parsers.whole: "17",
    parsers.positive: "12",
    parsers.seconds: "1.25",
    parsers.amount: "3 GB",
    parsers.processes: "3",
    parsers.pause: "0",
    parsers.share: "0.25",
    parsers.similarity: "0.95",
    parsers.purge_requests: "PURGE http://127.0.0.1:8079/{id}\nBAN https://cache.example/{id}",
    parsers.header_lines: "Fastly-Key: abc\nX-Other: a: b",
    parsers.command: "purge-cdn --id '{id}' 'two words'",
    parsers.percent: "33",
    parsers.words: "240x160 vga",
    parsers.size_list: "240x160 vga",
    parsers.host_names: "Pictures.Example.com localhost [::1]",
    parsers.origin_urls: "https://WWW.Example.com/ http://localhost:8080",
    parsers.truth: "true",
    parsers.image_id: "A" * 32 + "01",
    parsers.reference_keys: "artnr ean",
    parsers.role_names: "main side-2",
    parsers.locations: "couchdb s3:bucket/prefix",
    parsers.embedded_parts: "title rights",
    parsers.table: "wide = 1200x300!",
}


def text_for(name, row):
    """Return a valid text for a setting that differs from its default."""
    if name in {"secret", "signing_keys"}:
        return SECRET
    if name.startswith("effort."):
        return "1"
    if row.parser in TEXTS:
        return TEXTS[row.parser]
    default = attrgetter(name)(Settings())
    return next(word for word in parsers.expected(row.parser).split(" or ") if word != default)


def read(ini=None, environ=None, **keys):
    """Return the settings of a minimal ini file with which the program starts."""
    return Settings.read({"huimages.s3.bucket": "bucket", **(ini or {}), **keys}, environ or {})
