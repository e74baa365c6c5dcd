"""Even borders of pictures: content box and backdrop, measured from the pixels."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from huimages_app.domain.content import WHOLE
from huimages_app.imaging import CONTENT_VERSION, Inspection, Limits, inspect
from tests.support import packshots, pictures
from tests.support.packshots import BOX, SIZE, packshot

# Borders are measured at 512 to 1023 pixels, so a box may be too large by this factor.
SLACK = 0.006
OFF_WHITE = (244, 243, 241)


def measured(image: Image.Image | bytes, format_: str = "PNG", **save: object) -> Inspection:
    content = image if isinstance(image, bytes) else pictures.encoded(image, format_, **save)
    return inspect(io.BytesIO(content), Limits())


def assert_holds(content: tuple[float, ...], box: packshots.Box, size: tuple[int, int]) -> None:
    """Check that nothing of the box is cut."""
    left, top, right, bottom = content
    assert left <= box[0] / size[0] + 1e-9
    assert top <= box[1] / size[1] + 1e-9
    assert right >= box[2] / size[0] - 1e-9
    assert bottom >= box[3] / size[1] - 1e-9


def assert_near(
    content: tuple[float, ...], box: packshots.Box, size: tuple[int, int], slack: float = SLACK
) -> None:
    """Check that the content box contains the true box and little more."""
    assert_holds(content, box, size)
    exact = (box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1])
    assert content == pytest.approx(exact, abs=slack)


# -- even borders -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backdrop", "text"),
    [
        ((255, 255, 255), "#ffffff"),
        ((250, 250, 250), "#fafafa"),
        (OFF_WHITE, "#f4f3f1"),
        ((128, 128, 128), "#808080"),
        ((0, 0, 0), "#000000"),
        ((250, 200, 180), "#fac8b4"),
    ],
)
@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_object_on_a_plain_backdrop_is_found(backdrop, text, format_):
    found = measured(packshot(backdrop=backdrop), format_, quality=90)

    assert_near(found.content, BOX, SIZE)
    if format_ == "PNG":
        assert found.backdrop == text
    exact = bytes.fromhex(text[1:])
    assert list(bytes.fromhex(found.backdrop[1:])) == pytest.approx(list(exact), abs=4)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(200, 150), (639, 480), (1023, 700), (4000, 3000), (300, 2400)])
@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_precision_does_not_depend_on_the_size(size, format_):
    box = (size[0] // 4, size[1] // 5, size[0] * 3 // 4, size[1] * 4 // 5)

    found = measured(packshot(size, box), format_, quality=90)

    # Two pixels of the sample, which a small picture itself is; 8 in the blocks of a JPEG.
    assert_near(found.content, box, size, slack=max(SLACK, 9 / min(size)))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(24, 900), st.integers(24, 900)),
    st.tuples(*[st.floats(0.02, 0.48)] * 4),
)
def test_content_box_cuts_no_pixel_of_the_object(size, shares):
    width, height = size
    box = (
        int(width * shares[0]),
        int(height * shares[1]),
        max(int(width * (1 - shares[2])), int(width * shares[0]) + 1),
        max(int(height * (1 - shares[3])), int(height * shares[1]) + 1),
    )
    image = Image.new("RGB", size, "white")
    image.paste((200, 30, 30), box)

    found = measured(image)

    if found.content != WHOLE:
        assert_near(found.content, box, size, slack=2.5 / min(size))


# Pictures are made smaller before they are measured, which takes noise from the large one.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "deviation"),
    [*itertools.product([(600, 450), (1200, 900)], [1, 2, 4, 6]), ((3000, 2250), 6)],
)
def test_noise_belongs_to_the_background(size, deviation):
    box = tuple(round(side * size[0] / SIZE[0]) for side in BOX)
    image = packshots.with_noise(packshot(size, box, backdrop=(240, 240, 240)), deviation)

    found = measured(image)

    assert_near(found.content, box, size, slack=0.01)
    assert found.backdrop


@pytest.mark.parametrize("quality", [20, 50, 80])
@pytest.mark.parametrize("backdrop", [(255, 255, 255), OFF_WHITE])
def test_jpeg_blocks_belong_to_the_background(quality, backdrop):
    small, box = (480, 360), (160, 100, 330, 270)
    image = packshots.with_noise(packshot(small, box, backdrop=backdrop), 2)

    found = measured(image, "JPEG", quality=quality)

    # The blocks at the edge of the object may count, of 8 pixels, or 16 for colours.
    assert_near(found.content, box, small, slack=17 / 360)


@pytest.mark.parametrize(("softness", "levels"), [(20, 60), (40, 90), (60, 40), (80, 120)])
def test_soft_shadow_is_kept_as_far_as_it_shows(softness, levels):
    image = packshots.with_shadow(softness=softness, levels=levels)

    found = measured(image)

    assert_holds(found.content, BOX, SIZE)
    left, top, right, bottom = found.content
    assert (left, top) == pytest.approx((BOX[0] / SIZE[0], BOX[1] / SIZE[1]), abs=SLACK)
    assert bottom > BOX[3] / SIZE[1] + 0.01
    # What is cut is within 6 levels of the backdrop, but for noise at the very edge.
    across, down = round(right * SIZE[0]), round(bottom * SIZE[1])
    rest = [image.crop((across, 0, *SIZE)), image.crop((0, down, *SIZE))]
    assert min(part.getextrema()[0][0] for part in rest) >= 255 - 6 - 1
    assert bottom < 1


@pytest.mark.slow
@pytest.mark.parametrize("levels", [4, 8, 12])
def test_gentle_gradient_is_background(levels):
    for image in (
        packshots.with_gradient(packshot(), levels),
        packshots.with_vignette(packshot(), levels),
    ):
        found = measured(image)

        assert_near(found.content, BOX, SIZE, slack=0.01)
        assert found.backdrop


@pytest.mark.parametrize("levels", [60, 120])
def test_strong_gradient_is_content(levels):
    found = measured(packshots.with_gradient(packshot(), levels))

    assert (found.content, found.backdrop) == (WHOLE, "")


@pytest.mark.parametrize(
    ("box", "sides"),
    [
        ((0, 250, 800, 700), {0}),
        ((420, 0, 800, 700), {1}),
        ((420, 250, 1200, 700), {2}),
        ((420, 250, 800, 900), {3}),
    ],
)
def test_object_that_touches_an_edge_is_trimmed_on_the_others(box, sides):
    found = measured(packshot(box=box))

    assert_near(found.content, box, SIZE)
    assert all(found.content[side] == WHOLE[side] for side in sides)
    assert found.backdrop == "#ffffff"


def test_thin_lines_and_pale_objects_are_content():
    wire = Image.new("RGB", (1800, 1200), "white")
    ImageDraw.Draw(wire).line((300, 200, 1500, 1000), "black", 2)
    assert_near(measured(wire).content, (300, 200, 1500, 1000), wire.size)

    pale = packshot(thing=(246, 246, 246))
    assert_near(measured(pale).content, BOX, SIZE)


# -- transparency -----------------------------------------------------------------------------


@pytest.mark.parametrize("around", [0, 3])
@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_transparent_border_is_trimmed_without_a_backdrop(around, format_):
    # White, so that the colours would not show where it ends.
    found = measured(packshots.cut_out(around=around, thing=(255, 255, 255)), format_)

    assert_near(found.content, BOX, SIZE)
    assert found.backdrop == ""


def test_translucent_shadow_is_content():
    image = packshots.cut_out()
    alpha = image.getchannel("A")
    ImageDraw.Draw(alpha).rectangle((600, 701, 999, 799), 40)
    image.putalpha(alpha)

    assert_near(measured(image).content, (420, 250, 1000, 800), SIZE)


def test_transparent_hole_in_an_opaque_picture_is_white():
    image = packshot().convert("RGBA")
    alpha = Image.new("L", SIZE, 255)
    ImageDraw.Draw(alpha).rectangle((500, 400, 600, 500), 0)
    image.putalpha(alpha)

    found = measured(image)

    assert_near(found.content, BOX, SIZE)
    assert found.backdrop == "#ffffff"


# -- nothing to trim --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_content_box_of_a_plain_picture_is_the_whole_picture(format_):
    plain = Image.new("RGB", SIZE, OFF_WHITE)

    for image in (plain, packshots.with_noise(plain, 3)):
        found = measured(image, format_)
        assert found.content == WHOLE
        assert list(bytes.fromhex(found.backdrop[1:])) == pytest.approx(OFF_WHITE, abs=2)


def test_content_box_of_a_transparent_picture_is_the_whole_picture():
    found = measured(Image.new("RGBA", SIZE))

    assert (found.content, found.backdrop) == (WHOLE, "")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_content_box_of_a_photograph_is_the_whole_picture(seed):
    found = measured(pictures.photo(900, 600, seed=seed))

    assert (found.content, found.backdrop) == (WHOLE, "")


@pytest.mark.parametrize("name", ["chelsea", "coffee", "rocket"])
def test_content_box_of_a_real_photograph_is_the_whole_picture(name, request):
    path = request.config.rootpath / "tests" / "pictures" / f"{name}.jpeg"

    found = measured(path.read_bytes())

    assert (found.content, found.backdrop) == (WHOLE, "")


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 1), (1, 500), (5000, 1), (8000, 20)])
def test_tiny_and_narrow_pictures_are_measured(size):
    found = measured(Image.new("RGB", size, "red"))

    assert (found.content, found.backdrop) == (WHOLE, "#ff0000")


# -- any kind of picture ----------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
def test_content_box_is_that_of_the_upright_picture(orientation):
    size, box = (1000, 700), (100, 200, 400, 600)
    found = measured(pictures.turned(packshot(size, box), orientation))

    # The blocks of the JPEG at the edge of the object may count.
    assert_near(found.content, box, size, slack=11 / 700)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "LA", "I;16"])
def test_content_box_is_found_in_every_mode(mode):
    image = packshot(thing=(0, 0, 0))
    image = image.convert("L").convert("I;16") if mode == "I;16" else image.convert(mode)
    if mode == "I;16":
        image = image.point(lambda tone: tone * 257)
    found = measured(image, "TIFF" if mode == "CMYK" else "PNG")

    assert_near(found.content, BOX, SIZE)


@pytest.mark.slow
def test_results_of_this_version_do_not_change():
    """The content box is part of what cached renditions show: a change needs a new version."""
    results = {
        "plain": measured(packshot()),
        "noise": measured(packshots.with_noise(packshot(backdrop=OFF_WHITE), 3)),
        "shadow": measured(packshots.with_shadow()),
        "cut out": measured(packshots.cut_out()),
        "gradient": measured(packshots.with_gradient(packshot(), 10)),
    }
    assert CONTENT_VERSION == 1
    assert {name: (found.content, found.backdrop) for name, found in results.items()} == {
        "plain": ((0.3483, 0.2755, 0.6684, 0.78), "#ffffff"),
        "noise": ((0.3483, 0.2755, 0.6684, 0.78), "#f4f3f1"),
        "shadow": ((0.3483, 0.2755, 0.695, 0.8356), "#ffffff"),
        "cut out": ((0.35, 0.2777, 0.6667, 0.7778), ""),
        "gradient": ((0.3483, 0.2755, 0.6684, 0.78), "#fafafa"),
    }
