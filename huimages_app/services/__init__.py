"""The library: the one place where originals, metadata, cache and imaging meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..domain.models import Image
from ..domain.sizes import Size
from ..imaging import Limits, Quality
from ..storage.interfaces import Metadata, Originals, Records
from .accounts import Account, Accounts
from .background import Worker
from .editing import Editing, require_present
from .login_throttle import Throttle
from .maintenance.integrity import Upkeep
from .metrics import Measures
from .negotiation import Negotiation
from .open_image import Served
from .prerendering import Preparing
from .previews import Chain
from .render_limiter import Slots
from .renditions import Renditions
from .size_policy import SizePolicy
from .tokens import Token, Tokens
from .uploads import Added, Description, Intake, describe
from .urls import Markup

if TYPE_CHECKING:
    from ..cache.renditions import RenditionCache


@dataclass(frozen=True)
class Library:
    """All that can be done with a site's pictures.  Thread-safe."""

    originals: Originals
    metadata: Metadata
    records: Records
    cache: RenditionCache
    intake: Intake
    renditions: Renditions
    negotiation: Negotiation
    editing: Editing
    markup: Markup
    sizes: SizePolicy
    upkeep: Upkeep
    accounts: Accounts
    tokens: Tokens
    throttle: Throttle
    worker: Worker
    slots: Slots
    measures: Measures

    @classmethod
    def of(
        cls,
        settings: Settings,
        originals: Originals,
        metadata: Metadata,
        records: Records,
        cache: RenditionCache,
    ) -> Library:
        """A library on these stores, as the settings want it."""
        limits = limits_of(settings)
        names = settings.named_sizes
        policy = SizePolicy.of(settings)
        worker = Worker()
        slots = Slots(
            settings.renderings_at_once,
            settings.render_waiting,
            settings.render_timeout,
            settings.render_requests,
        )
        measures = Measures()
        chain = Chain(originals, metadata, cache, limits, worker)
        renditions = Renditions(
            originals,
            metadata,
            cache,
            quality=Quality(settings.quality_jpeg, settings.quality_webp, settings.quality_avif),
            limits=limits,
            slots=slots,
            measures=measures,
            chain=None if settings.chain == "off" else chain,
            per_image=settings.renditions_per_image,
        )
        ready = [Size.parse(text, names) for text in settings.upload_sizes]
        preparing = Preparing(chain, renditions, ready, worker)
        prepares = settings.chain == "upload" or ready
        editing = Editing(originals, metadata, cache)
        return cls(
            originals=originals,
            metadata=metadata,
            records=records,
            cache=cache,
            intake=Intake(
                originals,
                metadata,
                limits,
                preparing.begin if prepares else None,
                at_once=settings.renderings_at_once,
            ),
            renditions=renditions,
            negotiation=Negotiation(renditions, worker),
            editing=editing,
            markup=Markup(settings.image_url, names, settings.alt_addition, policy),
            sizes=policy,
            upkeep=Upkeep(originals, metadata, editing, limits),
            worker=worker,
            slots=slots,
            measures=measures,
            accounts=Accounts(records),
            tokens=Tokens(records),
            throttle=Throttle(records),
        )

    def prepare(self) -> None:
        """What the stores need when a site starts, if it is quick.  Raises StoreDown."""
        self.metadata.prepare()
        self.records.prepare()

    def image(self, image_id: str) -> Image:
        """What is known about an image; raises UnknownImage for one in the trash too."""
        return require_present(self.metadata.get(image_id))

    def close(self) -> None:
        """End the work in the background, and give back what the stores hold."""
        self.worker.close()
        self.metadata.close()
        self.records.close()
        self.originals.close()
        self.cache.close()


def limits_of(settings: Settings) -> Limits:
    """What pictures may be, as the settings say."""
    return Limits(
        max_bytes=settings.upload_max_bytes,
        max_pixels=settings.upload_max_pixels,
        max_pixels_whole=settings.upload_max_pixels_whole,
        max_frames=settings.upload_max_frames,
    )


__all__ = [
    "Account",
    "Added",
    "Description",
    "Library",
    "Served",
    "Token",
    "describe",
    "limits_of",
]
