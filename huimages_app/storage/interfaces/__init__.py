"""The interfaces of storage backends; services know these only.

`Originals` stores the uploaded bytes.  A `MetadataBackend` has the stores of records
(`ImageStore`), queries (`ImageSearch`), annotations (`AnnotationStore`) and small documents
(`DocumentStore`).  Every method is thread-safe, and raises StorageUnavailable
when the backend is unreachable, slow or returns garbage: a failure never looks like a
missing image.
"""

from .metadata import (
    AnnotationStore,
    Document,
    DocumentStore,
    ImageStore,
    MetadataBackend,
)
from .originals import OriginalInfo, Originals, require_intact
from .search import ImageSearch

__all__ = [
    "AnnotationStore",
    "Document",
    "DocumentStore",
    "ImageSearch",
    "ImageStore",
    "MetadataBackend",
    "OriginalInfo",
    "Originals",
    "require_intact",
]
