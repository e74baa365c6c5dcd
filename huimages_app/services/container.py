"""The services of one site, which `factory.build_services` builds."""

from __future__ import annotations

from dataclasses import dataclass

from ..imaging import Decoder
from .accounts import Accounts
from .annotations import Annotations
from .article_memory import ArticleMemory
from .article_urls import ArticleUrls
from .articles import Articles
from .background import Worker
from .collection_images import CollectionImages
from .collections import Collections
from .duplicates import Duplicates
from .editing import Editing
from .editor_urls import EditorUrls
from .histories import Histories
from .images import Images
from .invalidation import Invalidation
from .jobs.jobs import Jobs
from .login_throttle import LoginThrottle
from .maintenance.cache_sync import CacheInvalidator
from .maintenance.integrity import IntegrityCheck
from .maintenance.operations import Operations
from .negotiation import Negotiation
from .renditions import Renditions
from .saved_searches import SavedSearches
from .shares import Shares
from .showing import Showing
from .size_policy import SizePolicy
from .spreadsheets.spreadsheets import Spreadsheets
from .suggestions import Suggestions
from .tag_renaming import TagRenaming
from .tokens import Tokens
from .uploads import Uploads
from .urls import UrlBuilder
from .versions import Versions
from .zip_download import ZipDownloads


@dataclass(frozen=True)
class Services:
    """All that views, commands and the Python library can do with a site.  Thread-safe."""

    images: Images
    annotations: Annotations
    articles: Articles
    article_memory: ArticleMemory
    article_urls: ArticleUrls
    collections: Collections
    collection_images: CollectionImages
    duplicates: Duplicates
    saved_searches: SavedSearches
    shares: Shares
    suggestions: Suggestions
    uploads: Uploads
    editing: Editing
    histories: Histories
    jobs: Jobs
    spreadsheets: Spreadsheets
    tag_renaming: TagRenaming
    versions: Versions
    renditions: Renditions
    negotiation: Negotiation
    downloads: ZipDownloads
    showing: Showing
    editor_urls: EditorUrls
    urls: UrlBuilder
    sizes: SizePolicy
    accounts: Accounts
    tokens: Tokens
    throttle: LoginThrottle
    integrity: IntegrityCheck
    operations: Operations
    cache_invalidator: CacheInvalidator | None  # None if there is no cache to keep up
    invalidation: Invalidation
    worker: Worker
    decoder: Decoder

    def start(self) -> None:
        """Start the processes and threads of a server."""
        # The decoders first, before this process has threads.
        self.decoder.start()
        self.operations.start()
        self.invalidation.start()
        self.jobs.runner.start()
        if self.cache_invalidator:
            self.cache_invalidator.start()

    def close(self) -> None:
        """Finish the job in the background, close the storage, end the decoders."""
        self.jobs.runner.close()
        if self.cache_invalidator:
            self.cache_invalidator.close()
        self.invalidation.close()
        self.operations.close()
        self.decoder.close()
