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
/article               Articles
/article/NUMBER        ArticlePage, of the first key of huimages.articles
/article/KEY           ArticleNumbers
/article/KEY/NUMBER    ArticlePage
/collection            Collections
/collection/ID         CollectionPage
/share                 Shares
/share/TOKEN           SharePage
/share/TOKEN/ID        SharedImage
/job                   Jobs
/job/ID                JobPage
/api/v1                Api
/api/v1/images         ApiImages
/api/v1/images/ID      ApiImage
/api/v1/jobs           ApiJobs
/api/v1/jobs/ID        ApiJob
/api/v1/articles…      as /article: ApiArticles, ApiArticleNumbers, ApiArticle
/api/v1/collections…   ApiCollections, ApiCollection
/api/v1/shares…        ApiShares, ApiShare
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pyramid.authorization import DENY_ALL, Allow

from ..domain.formats import AUTO, JPEG, Format, is_negotiated, parse_format
from ..domain.ids import parse_image_id
from ..domain.sizes import Size
from ..errors import BadImageId, BadSize, OtherFormat, UnknownFormat
from ..services.container import Services
from ..services.permissions import SCOPES
from .article_resources import ApiArticles, ArticleFolder, Articles
from .collection_resources import ApiCollections, Collections
from .job_resources import ApiJobs, Jobs
from .resource import Resource
from .share_resources import ApiShares, Shares


class ImageFile(Resource):
    """A rendition or an original: image, size and format."""

    def __init__(
        self,
        parent: SizeFolder,
        name: str,
        image_id: str,
        format_: Format | None,
        filename: str = "",
    ) -> None:
        super().__init__(parent, name)
        self._folder = parent
        self.size = parent.size
        self.image_id = image_id
        self.format = format_  # None: the best one that the client accepts
        self.filename = filename  # the last part of the URL; browsers suggest it for saving

    def __getitem__(self, name: str) -> ImageFile:
        """Return the picture under a name that the client chose; its extension is the format."""
        if self.filename or self.__name__ != self.image_id:
            raise KeyError(name)
        try:
            format_ = self._folder.format_of_name(name)
        except OtherFormat:
            raise KeyError(name) from None
        return ImageFile(self._folder, name, self.image_id, format_, filename=name)


class SizeFolder(Resource):
    """All images in one size; `negotiate` is the setting, `article_keys` those of articles."""

    def __init__(
        self,
        parent: Resource,
        name: str,
        size: Size,
        negotiate: str,
        article_keys: Collection[str],
    ) -> None:
        super().__init__(parent, name)
        self.size = size
        self._negotiate = negotiate
        self._article_keys = article_keys

    def __getitem__(self, name: str) -> Resource:
        if name in self._article_keys:
            return ArticleFolder(self, name)
        stem, _, extension = name.partition(".")
        try:
            image_id = parse_image_id(stem)
            format_ = self.format_of(extension)
        except (BadImageId, UnknownFormat):
            raise KeyError(name) from None
        return ImageFile(self, name, image_id, format_)

    def format_of(self, extension: str) -> Format | None:
        """Return the format of an extension; None if Accept decides.

        Raises UnknownFormat, and OtherFormat for a preset with another one.
        """
        if self.size.is_original:
            return JPEG  # every extension is accepted
        if (only := self.size.options.format) and extension.lower() in {"", AUTO}:
            return only
        if not only and is_negotiated(extension, self._negotiate):
            return None
        format_ = parse_format(extension)
        self.size.require_format(format_)
        return format_

    def format_of_name(self, name: str) -> Format | None:
        """Return the format of a name that the client chose, as `format_of`.  Raises OtherFormat.

        A dot in a name need not begin an extension.
        """
        stem, dot, extension = name.rpartition(".")
        try:
            return self.format_of(extension if dot and stem else "")
        except OtherFormat:
            raise
        except UnknownFormat:
            return self.format_of("")


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


class ApiTable(Table):
    """The same in the API."""


class Api(Resource):
    """Version 1 of the API."""

    collections: Mapping[str, type[Resource]] = {
        "images": ApiImages,
        "articles": ApiArticles,
        "table": ApiTable,
        "collections": ApiCollections,
        "shares": ApiShares,
        "jobs": ApiJobs,
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
        "share": Shares,
        "job": Jobs,
        "accounts": Accounts,
        "ending": Endings,
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
