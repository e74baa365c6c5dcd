"""Everything that a list finds, as the selection of an action: the field `in` of its form.

The work of one request stays bounded: edits of any number of pictures are jobs, a ZIP has the
limits of every ZIP, and all other actions take as many pictures as can be ticked.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, islice

from pyramid.request import Request

from ...domain.models import Image, Query
from ...errors import BadInput
from ...services.image_edit import ImageEdit
from ...services.jobs.bulk_edit import NAME, order_of
from ...services.jobs.job import Job
from ...services.paging import all_pages
from .form_fields import field
from .image_lists import ImageList

_PAGE = 200  # images read at once


def is_everything(request: Request) -> bool:
    """Return whether the form means a list, and not pictures by their IDs."""
    return "in" in request.POST


def everything(request: Request) -> tuple[ImageList, Query]:
    """Return the list that the form means, and its query.

    Raises BadInput for an empty list, and for a name of none.
    """
    collection = ImageList.named(field(request, "in"))
    return collection, query_of_list(collection, request)


def query_of_list(collection: ImageList, request: Request) -> Query:
    """Return the query of a list; raises BadInput if it is certainly empty."""
    query = collection.query(request.visitor_id)
    if query is None:
        raise BadInput("no picture was found")
    return query


def images_of(query: Query, most: int, request: Request) -> list[Image]:
    """Return all images of a query in order; raises BadInput for none, or more than `most`."""
    pages = all_pages(partial(request.services.images.page, query, _PAGE))
    found = list(islice(chain.from_iterable(page.images for page in pages), most + 1))
    if not found:
        raise BadInput("no picture was found")
    if len(found) > most:
        raise BadInput(
            f"the list has more than {most:,} pictures; expected at most {most:,} for this action: "
            "set filters"
        )
    return found


def begin_tagging(query: Query, verb: str, tags: str, request: Request) -> Job:
    """Begin the job that adds or removes tags of all images of a query; raises BadInput."""
    edit = ImageEdit.parse({"tags": {verb: [tags]}})
    order = order_of(edit, request.ensure_visitor(), query)
    job: Job = request.services.jobs.create(NAME, order)
    return job
