"""`huimages url`: the URL of an image in a size."""

from __future__ import annotations

import click

from .context import CliContext, pass_cli_context, warn
from .options import days_option


@click.command("url", short_help="Print the URL of an image in a size.")
@click.argument("image_id", metavar="ID")
@click.argument("size", metavar="SIZE")
@click.option(
    "--format",
    "extension",
    default="",
    metavar="FORMAT",
    help="jpeg, webp, avif or png.  Default: jpeg, or the format of the named size.",
)
@days_option
@pass_cli_context
def url(context: CliContext, image_id: str, size: str, extension: str, expires: int | None) -> None:
    """Print the URL of the image ID in a SIZE: 240x160, 75x75!, vga, o.

    The URL begins with huimages.image_url, or with the first of huimages.origins.
    """
    from ..domain.formats import parse_format
    from ..domain.ids import parse_image_id

    services, settings = context.reading_services, context.settings
    wanted = services.urls.size(size)
    format_ = parse_format(extension) if extension else wanted.format_for()
    wanted.require_format(format_)
    image = services.renditions.require_visible(parse_image_id(image_id))
    urls = services.urls.at(settings.origins[0]) if settings.origins else services.urls
    # Without metadata storage the URL has neither a name nor a focal point, but it works.
    click.echo(
        urls.named_url(image, wanted, format_, expires)
        if image
        else urls.url(image_id, wanted, format_, expires)
    )
    if not settings.image_url and not settings.origins:
        warn("printed without a host: huimages.image_url and huimages.origins are empty")
