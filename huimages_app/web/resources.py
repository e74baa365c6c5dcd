"""The URL tree.  Resources map paths to objects, without storage and responses.

/                      Root
/SIZE                  SizeFolder
/SIZE/ID[.EXT]         ImageFile
/SIZE/ID/NAME[.EXT]    ImageFile
/SIZE/KEY/NUMBER[.EXT]          ArticleFile, of a key of huimages.articles
/SIZE/KEY/NUMBER/WHICH[.EXT]    ArticleFile
/upload                Upload
/image                 Images
/image/ID              ImagePage
/tag                   Tags
/tag/T                 Tagged
/favorites             Favorites
/selection             Selection
/trash                 Trash
/trash/ID              TrashedImage
/ending                Endings
/duplicates            Duplicates
/article               Articles
/article/NUMBER        ArticlePage, of the first key of huimages.articles
/article/KEY           ArticleNumbers
/article/KEY/NUMBER    ArticlePage
/collection            Collections
/collection/ID         CollectionPage
/saved                 SavedSearches
/saved/ID              SavedSearchPage
/share                 Shares
/share/TOKEN           SharePage
/share/TOKEN/ID        SharedImage
/job                   Jobs
/job/ID                JobPage
/api/v1                Api
/api/v1/images         ApiImages
/api/v1/images/ID      ApiImage
/api/v1/jobs           ApiJobs
/api/v1/tags           ApiTags
/api/v1/jobs/ID        ApiJob
/api/v1/articles…      as /article: ApiArticles, ApiArticleNumbers, ApiArticle
/api/v1/collections…   ApiCollections, ApiCollection
/api/v1/shares…        ApiShares, ApiShare
/api/v1/searches…      ApiSavedSearches, ApiSavedSearch
/api/v1/duplicates     ApiDuplicates
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.authorization import DENY_ALL, Allow

from ..domain.ids import parse_image_id
from ..domain.sizes import Size
from ..errors import BadImageId, BadSize, UnknownFormat
from ..services.container import Services
from ..services.permissions import SCOPES
from .article_resources import ApiArticles, Articles
from .collection_resources import ApiCollections, Collections
from .job_resources import ApiJobs, Jobs
from .rendition_resources import SizeFolder
from .resource import Resource
from .saved_search_resources import ApiSavedSearches, SavedSearches
from .share_resources import ApiShares, Shares


class ImagePage(Resource):
    """The page of one image."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.image_id = name

    def __getitem__(self, name: str) -> Replacement:
        if name != "replace":
            raise KeyError(name)
        return Replacement(self, name)


class Replacement(Resource):
    """The upload of a better picture of one image."""

    takes_files = True

    def __init__(self, parent: ImagePage, name: str) -> None:
        super().__init__(parent, name)
        self.image_id = parent.image_id


class Images(Resource):
    """The page of all images."""

    def __getitem__(self, name: str) -> ImagePage:
        try:
            return ImagePage(self, parse_image_id(name))
        except BadImageId:
            raise KeyError(name) from None


class Tagged(Resource):
    """The images with a tag."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.tag = name


class Tags(Resource):
    """All tags.  Any text is a tag, used or not."""

    # Names of views; a tag of this name has another URL.
    reserved = frozenset({"suggestions"})

    def __getitem__(self, name: str) -> Tagged:
        if name in self.reserved:
            raise KeyError(name)
        return Tagged(self, name)


class Favorites(Resource):
    """The visitor's favourites."""


class Selection(Resource):
    """Actions on several images."""


class TrashedImage(Resource):
    """One image in the trash."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.image_id = name


class Trash(Resource):
    """Images in the trash."""

    def __getitem__(self, name: str) -> TrashedImage:
        try:
            return TrashedImage(self, parse_image_id(name))
        except BadImageId:
            raise KeyError(name) from None


class Endings(Resource):
    """Images whose rights end."""


class Duplicates(Resource):
    """Images that look alike."""


class ApiDuplicates(Resource):
    """The same in the API."""


class Upload(Resource):
    """Upload of images."""

    takes_files = True


class Accounts(Resource):
    """Accounts and tokens."""


class ApiImage(Resource):
    """One image in the API."""

    def __init__(self, parent: Resource, name: str) -> None:
        super().__init__(parent, name)
        self.image_id = name


class ApiImages(Resource):
    """All images in the API."""

    takes_files = True

    def __getitem__(self, name: str) -> ApiImage:
        try:
            return ApiImage(self, parse_image_id(name))
        except BadImageId:
            raise KeyError(name) from None


class Table(Resource):
    """Images as tables for spreadsheets."""

    takes_files = True


class ApiTable(Resource):
    """The same in the API."""

    takes_files = True


class ApiTags(Resource):
    """All tags in the API."""


class Api(Resource):
    """Version 1 of the API."""

    collections: Mapping[str, type[Resource]] = {
        "images": ApiImages,
        "articles": ApiArticles,
        "table": ApiTable,
        "collections": ApiCollections,
        "shares": ApiShares,
        "searches": ApiSavedSearches,
        "jobs": ApiJobs,
        "duplicates": ApiDuplicates,
        "tags": ApiTags,
    }

    def __getitem__(self, name: str) -> Resource:
        return self.collections[name](self, name)


class Apis(Resource):
    """All versions of the API."""

    def __getitem__(self, name: str) -> Api:
        if name != "v1":
            raise KeyError(name)
        return Api(self, name)


class Root(Resource):
    """The site."""

    pages: Mapping[str, type[Resource]] = {
        "image": Images,
        "upload": Upload,
        "table": Table,
        "tag": Tags,
        "favorites": Favorites,
        "selection": Selection,
        "trash": Trash,
        "article": Articles,
        "collection": Collections,
        "saved": SavedSearches,
        "share": Shares,
        "job": Jobs,
        "accounts": Accounts,
        "ending": Endings,
        "duplicates": Duplicates,
        "api": Apis,
    }

    def __init__(
        self,
        services: Services,
        names: Mapping[str, Size],
        least_roles: Mapping[str, str],
        negotiate: str,
    ) -> None:
        super().__init__(None, "")
        self.__acl__ = acl(least_roles)
        self.services = services
        self._names = names
        self._negotiate = negotiate

    def __getitem__(self, name: str) -> Resource:
        if page := self.pages.get(name):
            return page(self, name)
        try:
            return self.sized(name)
        except BadSize:
            raise KeyError(name) from None

    def sized(self, name: str) -> SizeFolder:
        """Return the folder of a size; raises BadSize."""
        size, keys = Size.parse(name, self._names), self.services.articles.keys
        return SizeFolder(self, name, size, self._negotiate, keys)

    def explain(self, path: tuple[str, ...]) -> str | None:
        """Return why a path like one of a picture has no resource; None for other paths."""
        if len(path) < 2 or path[0] in self.pages:
            return None
        try:
            folder = self.sized(path[0])
            stem, _, extension = path[1].partition(".")
            parse_image_id(stem)
            folder.format_of(extension)
            if len(path) > 2:
                folder.format_of_name(path[2])
        except (BadSize, BadImageId, UnknownFormat) as error:
            return str(error)
        return None


def acl(least_roles: Mapping[str, str]) -> list[tuple[str, str, object]]:
    """Return the ACL of the whole tree, from the least role that has each permission.

    Pictures need no permission: a client that knows an ID may get the image, in the sizes
    that are allowed or signed.
    """
    return [
        *((Allow, f"role:{role}", permission) for permission, role in least_roles.items()),
        *((Allow, f"scope:{scope}", permissions) for scope, permissions in SCOPES.items()),
        DENY_ALL,
    ]


def root_factory(root: Root) -> Any:
    """Return Pyramid's root factory: all requests share the tree, which has no state."""
    return lambda request: root
