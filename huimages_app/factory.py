"""Build the services of a site from its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .backends import Storage, build_storage, scratch_of
from .config.settings import Settings
from .domain.models import Image
from .domain.sizes import Size
from .imaging import Decoder, Quality, Watermark, watermark
from .imaging.configured import make_decoder
from .observation import metrics
from .services.accounts import Accounts
from .services.annotations import Annotations
from .services.article_memory import ArticleMemory
from .services.article_urls import ArticleUrls
from .services.articles import Articles, find_article
from .services.background import Worker
from .services.collection_images import CollectionImages
from .services.collections import Collections
from .services.concurrency import RenderLimiter
from .services.container import Services
from .services.duplicates import Duplicates
from .services.editing import Editing
from .services.editor_urls import EditorUrls
from .services.embedded_policy import EmbeddedPolicy
from .services.file_names import FileNames
from .services.histories import Histories
from .services.images import Images
from .services.invalidation import Invalidation
from .services.jobs.bulk_edit import BulkEdit
from .services.jobs.jobs import Jobs
from .services.jobs.table import TableKind
from .services.jobs.tag_merge import TagMerge
from .services.keys import with_secret
from .services.login_throttle import LoginThrottle
from .services.maintenance.cache_sync import CacheInvalidator
from .services.maintenance.integrity import IntegrityCheck
from .services.maintenance.operations import Operations
from .services.maintenance.stale_renditions import StaleRenditions
from .services.matched_images import MatchedImages
from .services.negotiation import Negotiation
from .services.observed_images import ObservedImages
from .services.passwords import Passwords
from .services.prerendering import Prerendering
from .services.previews import Previews
from .services.recorded_images import RecordedImages
from .services.renderer import Renderer
from .services.renditions import Renditions
from .services.saved_searches import SavedSearches
from .services.shares import Shares
from .services.showing import Showing
from .services.size_policy import SizePolicy
from .services.spreadsheets.spreadsheets import Spreadsheets
from .services.suggestions import Suggestions
from .services.tag_changes import TagChanges
from .services.tag_renaming import TagRenaming
from .services.tokens import Tokens
from .services.uploads import Uploads
from .services.urls import UrlBuilder
from .services.versions import Versions
from .services.zip_download import ZipDownloads


def build_services(settings: Settings, storage: Storage | None = None) -> Services:
    """Build the services on `storage` (None: that of the settings); raises BadSetting.

    The storage need not respond yet.
    """
    if settings.signs_urls:
        settings = with_secret(settings)
    shared = _shared(settings)
    storage = storage or build_storage(settings, shared.decoder)
    originals, metadata, cache = storage.originals, storage.metadata, storage.cache
    memory = ArticleMemory(partial(find_article, metadata.search))
    # Before the services that write records are built on it.
    matched = MatchedImages(metadata.images, metadata.search)
    metadata.images = ObservedImages(RecordedImages(matched), memory.forget)
    previews = _previews(storage, shared)
    showing = Showing(settings.timezone)
    metadata.search.today = lambda: showing.today
    editor_urls = EditorUrls.of(settings, showing)
    renditions = _renditions(settings, storage, shared, previews, showing)
    invalidation = Invalidation.of(settings, cache)
    editing = Editing(originals, metadata, cache, invalidation.purge)
    tags = TagChanges(metadata)
    histories = Histories(metadata, editing, tags)
    kinds = [
        BulkEdit(metadata, editing, tags),
        TableKind(metadata, editing, tags),
        TagMerge(metadata, tags),
    ]
    jobs = Jobs(metadata.documents, histories, kinds)
    stale_renditions = StaleRenditions(metadata, cache, _preset_names(settings))
    policy = SizePolicy.of(settings, editor_urls)
    embedded = EmbeddedPolicy(settings.embedded_read)
    collections = Collections(metadata)
    urls = UrlBuilder(settings.image_url, settings.named_sizes, settings.alt_addition, policy)
    uploads = Uploads(
        originals,
        metadata,
        shared.decoder,
        _prerender(settings, shared, previews, renditions),
        FileNames(settings.upload.artnr_pattern, settings.articles_roles),
        embedded=embedded,
    )
    return Services(
        images=Images(originals, metadata),
        annotations=Annotations(metadata, tags),
        uploads=uploads,
        articles=Articles(metadata, settings.articles, settings.articles_roles),
        article_memory=memory,
        article_urls=ArticleUrls(urls, policy),
        collections=collections,
        duplicates=Duplicates(metadata),
        collection_images=CollectionImages(metadata, collections),
        saved_searches=SavedSearches(metadata.documents),
        shares=Shares(metadata, collections, Passwords(), showing, size=urls.rendition_size),
        suggestions=Suggestions(metadata.search, settings.articles),
        editing=editing,
        histories=histories,
        jobs=jobs,
        spreadsheets=Spreadsheets(metadata, jobs),
        tag_renaming=TagRenaming(metadata, jobs),
        versions=Versions(originals, metadata, uploads, cache),
        renditions=renditions,
        negotiation=Negotiation(renditions),
        downloads=ZipDownloads(originals, renditions, showing),
        showing=showing,
        editor_urls=editor_urls,
        urls=urls,
        sizes=policy,
        accounts=Accounts(metadata.documents),
        tokens=Tokens(metadata.documents),
        throttle=LoginThrottle(metadata.documents),
        integrity=IntegrityCheck(
            originals, metadata, editing, stale_renditions, shared.decoder, embedded=embedded
        ),
        operations=Operations(originals, metadata, cache, shared.worker, stale_renditions),
        cache_invalidator=_cache_invalidator(settings, storage),
        invalidation=invalidation,
        worker=shared.worker,
        decoder=shared.decoder,
    )


@dataclass(frozen=True)
class _Shared:
    """The decoder and the thread that the services of a process share."""

    decoder: Decoder
    render_limiter: RenderLimiter
    worker: Worker


def _shared(settings: Settings) -> _Shared:
    render = settings.render
    return _Shared(
        make_decoder(settings, lambda kind: metrics.DECODER_FAILURES.labels(kind).inc()),
        RenderLimiter(
            settings.parallel_renditions, render.waiting, render.timeout, render.requests
        ),
        Worker(),
    )


def _previews(storage: Storage, shared: _Shared) -> Previews:
    return Previews(
        storage.originals,
        storage.metadata,
        storage.cache,
        worker=shared.worker,
        # The worker waits for memory as long as it takes.
        decoder=shared.decoder.without_timeout(),
    )


def _renditions(
    settings: Settings, storage: Storage, shared: _Shared, previews: Previews, showing: Showing
) -> Renditions:
    quality, effort = settings.quality, settings.effort
    renderer = Renderer(
        storage.originals,
        None if settings.chain == "off" else previews,
        Quality(
            **quality.by_extension,
            webp_effort=effort.webp,
            avif_effort=effort.avif,
            similarity=quality.similarity,
            adaptive=quality.is_adaptive,
        ),
        decoder=shared.decoder,
        render_limiter=shared.render_limiter,
        watermark=_watermark(settings),
    )
    return Renditions(
        storage.originals,
        storage.metadata,
        storage.cache,
        renderer,
        showing,
        worker=shared.worker,
    )


def _preset_names(settings: Settings) -> set[str]:
    """Return the cache names of the presets."""
    presets = (size.preset for size in settings.named_sizes.values())
    return {preset.cache_name for preset in presets if preset}


def _watermark(settings: Settings) -> Watermark | None:
    """Return the watermark of the settings, None if no size shows it; raises BadSetting."""
    if not any(size.options.watermark for size in settings.named_sizes.values()):
        return None
    mark = settings.watermark
    vertical, horizontal = mark.place
    content = watermark.checked(mark.content)
    return Watermark(content, horizontal, vertical, mark.width, mark.opacity)


def _prerender(
    settings: Settings, shared: _Shared, previews: Previews, renditions: Renditions
) -> Callable[[Image], None] | None:
    """Return what an upload begins in the background; None for nothing."""
    sizes = [Size.parse(text, settings.named_sizes) for text in settings.upload.sizes]
    if settings.chain != "upload" and not sizes:
        return None
    return Prerendering(previews, renditions, sizes, shared.worker).begin


def _cache_invalidator(settings: Settings, storage: Storage) -> CacheInvalidator | None:
    """Return the invalidator of images that were removed on any node; None if there is no need.

    A single node needs it for caches in front: it also finds the images whose removal was
    stored just before the process was killed.
    """
    is_single = settings.metadata == "sqlite" and settings.invalidate.is_empty
    if is_single or not settings.cache.follow:
        return None
    checkpoint = scratch_of(settings.cache.path) / "followed"
    return CacheInvalidator(storage.metadata, storage.cache, checkpoint, settings.cache.follow)
