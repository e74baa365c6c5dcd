"""The Python library for other machines: over HTTP, without access to the storage.

    >>> from huimages_app import remote as huimages
    >>> huimages.configure("https://pictures.example.com", token="hui_…")
    >>> huimages.scaled_tag(image_id, "240x160")

The functions are those of `huimages_app.client`, with the same arguments, results and
exceptions.  Differences: `delete_image` moves an image to the trash, because no token may
remove one for good; and each URL costs a request, because only the site can sign it.
Without `configure`, HUIMAGES_REMOTE_URL and HUIMAGES_REMOTE_TOKEN name the site and the token.
All functions are thread-safe.  They need httpx (the extra `remote`).
"""

from ..client.interface import Library
from .backend import HttpBackend

__all__ = [
    "add_collection",
    "add_to_collection",
    "apply_table",
    "arrange_article",
    "articleurl",
    "cancel_job",
    "configure",
    "count_articles",
    "count_collections",
    "count_duplicates",
    "count_ending",
    "count_facets",
    "count_images",
    "delete_image",
    "dismiss_duplicates",
    "edit_found_images",
    "edit_images",
    "export_table",
    "find_images",
    "get_alike",
    "get_article",
    "get_collection",
    "get_collections",
    "get_duplicates",
    "get_ending",
    "get_history",
    "get_imagedoc",
    "get_job",
    "get_length",
    "get_months",
    "get_next_imageid",
    "get_previous_imageid",
    "get_random_imageid",
    "get_saved_searches",
    "get_shares",
    "get_size",
    "get_versions",
    "go_back_to",
    "imageurl",
    "merge_tags",
    "move_in_collection",
    "remove_collection",
    "remove_from_collection",
    "remove_saved_search",
    "rename_saved_search",
    "rename_tag",
    "replace_image",
    "revoke_share",
    "save_image",
    "save_search",
    "scaled_dimensions",
    "scaled_imagedata",
    "scaled_imageurl",
    "scaled_tag",
    "set_article_role",
    "set_content",
    "set_rights",
    "set_title",
    "share",
    "suggest_searches",
    "take_back",
    "turn_image",
    "undismiss_duplicates",
    "undo_job",
    "update_metadata",
]

_backend = HttpBackend()
_library = Library(_backend)

configure = _backend.configure
arrange_article = _library.arrange_article
articleurl = _library.articleurl
count_images = _library.count_images
count_articles = _library.count_articles
count_collections = _library.count_collections
count_duplicates = _library.count_duplicates
count_ending = _library.count_ending
count_facets = _library.count_facets
delete_image = _library.delete_image
edit_images = _library.edit_images
edit_found_images = _library.edit_found_images
cancel_job = _library.cancel_job
find_images = _library.find_images
suggest_searches = _library.suggest_searches
get_article = _library.get_article
get_ending = _library.get_ending
get_history = _library.get_history
get_imagedoc = _library.get_imagedoc
get_job = _library.get_job
get_length = _library.get_length
get_months = _library.get_months
get_next_imageid = _library.get_next_imageid
get_previous_imageid = _library.get_previous_imageid
get_random_imageid = _library.get_random_imageid
get_size = _library.get_size
imageurl = _library.imageurl
save_image = _library.save_image
scaled_dimensions = _library.scaled_dimensions
scaled_imagedata = _library.scaled_imagedata
scaled_imageurl = _library.scaled_imageurl
scaled_tag = _library.scaled_tag
get_versions = _library.get_versions
go_back_to = _library.go_back_to
replace_image = _library.replace_image
turn_image = _library.turn_image
set_rights = _library.set_rights
set_article_role = _library.set_article_role
set_title = _library.set_title
set_content = _library.set_content
take_back = _library.take_back
undo_job = _library.undo_job
update_metadata = _library.update_metadata
add_collection = _library.add_collection
add_to_collection = _library.add_to_collection
get_collection = _library.get_collection
get_collections = _library.get_collections
move_in_collection = _library.move_in_collection
remove_collection = _library.remove_collection
remove_from_collection = _library.remove_from_collection
dismiss_duplicates = _library.dismiss_duplicates
undismiss_duplicates = _library.undismiss_duplicates
get_alike = _library.get_alike
get_duplicates = _library.get_duplicates
apply_table = _library.apply_table
export_table = _library.export_table
merge_tags = _library.merge_tags
rename_tag = _library.rename_tag
get_saved_searches = _library.get_saved_searches
save_search = _library.save_search
rename_saved_search = _library.rename_saved_search
remove_saved_search = _library.remove_saved_search
get_shares = _library.get_shares
share = _library.share
revoke_share = _library.revoke_share
