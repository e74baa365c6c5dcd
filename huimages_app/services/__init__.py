"""The library: the one place where originals, metadata, cache and imaging meet."""

from __future__ import annotations

from dataclasses import dataclass

from ..cache.renditions import RenditionCache
from ..config.settings import Settings
from ..domain.models import Image
from ..domain.sizes import Size
from ..imaging import Limits, Quality
from ..storage.interfaces import MetadataBackend, Originals
from .accounts import Account, Accounts
from .background import Worker
from .editing import Editing, require_present
from .login_throttle import LoginThrottle
from .maintenance.integrity import IntegrityCheck
from .metrics import Metrics
from .negotiation import Negotiation
from .open_image import OpenImage
from .prerendering import Prerendering
from .previews import Previews
from .render_limiter import RenderLimiter
from .renditions import Renditions
from .size_policy import SizePolicy
from .tokens import Token, Tokens
from .uploads import Description, UploadResult, Uploads, describe
from .urls import UrlBuilder


@dataclass(frozen=True)
class Services:
    """All that can be done with a site's pictures.  Thread-safe."""

    originals: Originals
    metadata: MetadataBackend
    cache: RenditionCache
    uploads: Uploads
    renditions: Renditions
    negotiation: Negotiation
    editing: Editing
    urls: UrlBuilder
    sizes: SizePolicy
    integrity: IntegrityCheck
    accounts: Accounts
    tokens: Tokens
    throttle: LoginThrottle
    worker: Worker
    render_limiter: RenderLimiter
    metrics: Metrics

    @classmethod
    def of(
        cls,
        settings: Settings,
        originals: Originals,
        metadata: MetadataBackend,
        cache: RenditionCache,
    ) -> Services:
        """A library on these stores, as the settings want it."""
        limits = limits_of(settings)
        names = settings.named_sizes
        policy = SizePolicy.of(settings)
        worker = Worker()
        render_limiter = RenderLimiter(
            settings.renderings_at_once,
            settings.render_waiting,
            settings.render_timeout,
            settings.render_requests,
        )
        metrics = Metrics()
        chain = Previews(originals, metadata, cache, limits, worker)
        renditions = Renditions(
            originals,
            metadata,
            cache,
            quality=Quality(settings.quality_jpeg, settings.quality_webp, settings.quality_avif),
            limits=limits,
            render_limiter=render_limiter,
            metrics=metrics,
            chain=None if settings.chain == "off" else chain,
            per_image=settings.renditions_per_image,
        )
        ready = [Size.parse(text, names) for text in settings.upload_sizes]
        prerendering = Prerendering(chain, renditions, ready, worker)
        prepares = settings.chain == "upload" or ready
        editing = Editing(originals, metadata, cache)
        return cls(
            originals=originals,
            metadata=metadata,
            cache=cache,
            uploads=Uploads(
                originals,
                metadata,
                limits,
                prerendering.begin if prepares else None,
                at_once=settings.renderings_at_once,
            ),
            renditions=renditions,
            negotiation=Negotiation(renditions, worker),
            editing=editing,
            urls=UrlBuilder(settings.image_url, names, settings.alt_addition, policy),
            sizes=policy,
            integrity=IntegrityCheck(originals, metadata, editing, limits),
            worker=worker,
            render_limiter=render_limiter,
            metrics=metrics,
            accounts=Accounts(metadata.documents),
            tokens=Tokens(metadata.documents),
            throttle=LoginThrottle(metadata.documents),
        )

    def prepare(self) -> None:
        """What the stores need when a site starts, if it is quick.  Raises StorageUnavailable."""
        self.metadata.prepare()

    def image(self, image_id: str) -> Image:
        """What is known about an image; raises UnknownImage for one in the trash too."""
        return require_present(self.metadata.images.get(image_id))

    def close(self) -> None:
        """End the work in the background, and give back what the stores hold."""
        self.worker.close()
        self.metadata.close()
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
    "Description",
    "OpenImage",
    "Services",
    "Token",
    "UploadResult",
    "describe",
    "limits_of",
]
