"""Output options of named sizes."""

from __future__ import annotations

import pytest

from huimages_app.domain.formats import AVIF, JPEG, PNG, WEBP
from huimages_app.domain.output_options import OutputOptions
from huimages_app.errors import BadSize


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", OutputOptions()),
        ("jpeg", OutputOptions(format=JPEG)),
        ("webp q1", OutputOptions(format=WEBP, quality=1)),
        ("q100 avif", OutputOptions(format=AVIF, quality=100)),
        ("jpeg q90 max 10MB", OutputOptions(JPEG, 90, 10_000_000)),
        ("adaptive", OutputOptions(adaptive=True)),
        ("q90 adaptive avif", OutputOptions(format=AVIF, quality=90, adaptive=True)),
        ("max 512000", OutputOptions(max_bytes=512_000)),
        ("max 1.5kB sharpen", OutputOptions(max_bytes=1500, sharpen=True)),
        (
            "watermark grayscale png",
            OutputOptions(format=PNG, grayscale=True, watermark=True),
        ),
    ],
)
def test_options_are_parsed_in_any_order(text: str, options: OutputOptions) -> None:
    assert OutputOptions.parse(text.split()) == options
    assert OutputOptions.parse(str(options).split()) == options
    assert bool(options) == bool(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jpge", "unknown option 'jpge'; did you mean jpeg?"),
        ("q0", "unknown option 'q0'; known: jpeg, webp"),
        ("q101", "unknown option"),
        ("q07", "unknown option"),
        ("Sharpen", "did you mean sharpen?"),
        ("max", "max '' is no number of bytes"),
        ("max 0", "max '0' is no number of bytes"),
        ("max 10MP", "max '10MP' is no number of bytes; expected one as in max 10MB"),
        ("max jpeg", "max 'jpeg' is no number of bytes"),
        ("jpeg webp", "the option format is given twice"),
        ("q80 q81", "the option quality is given twice"),
        ("sharpen sharpen", "the option sharpen is given twice"),
        ("png q80", "png is lossless and has no quality: leave out qNN, max and adaptive"),
        ("png adaptive", "png is lossless"),
        ("adaptive adaptive", "the option adaptive is given twice"),
        ("png max 1MB", "png is lossless"),
    ],
)
def test_bad_option_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(BadSize) as error:
        OutputOptions.parse(text.split())
    assert message in str(error.value)
