"""The views of facets and names return the same values as the program."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huimages_app.domain.facets import facets_of, longest_side
from huimages_app.storage.couchdb import install_views
from huimages_app.storage.couchdb.codec import image_of
from huimages_app.storage.couchdb.conditions import name_of
from tests.support.ecmascript import javascript

VALUES = st.sampled_from([None, "", "Möwe", ["a", ""], ["", 7], 7.5, True, {"artnr": ["1"]}, []])


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["title", "alt", "references", "types", "filename", "contenttype"])
            | st.sampled_from(["uploader", "tagged", "deleted", "batches"]),
            VALUES | st.just("image/png") | st.text(st.characters(codec="utf-8"), max_size=120),
        ),
        max_size=20,
    )
)
def test_views_and_program_have_the_same_facets(documents: list[dict[str, object]]) -> None:
    sides = [(640, 480), (1000, 949), (950, 1000), (2000, 1000), (1999, 1000), (0, 5), ("", None)]
    documents = [{**document, "title": "x" * 99 + "𠮷"} for document in documents[:2]] + documents
    for number, document in enumerate(documents):
        document["_id"] = "A" * 32 + "01"
        document["width"], document["height"] = sides[number % len(sides)]
    program = """
      var input = JSON.parse(require('fs').readFileSync(0, 'utf8')), found;
      function emit(key) { found.push(key); }
      var maps = input.maps.map(function (map) { return eval('(' + map + ')'); });
      console.log(JSON.stringify(input.documents.map(function (document) {
        found = [];
        maps.forEach(function (map) { map(document); });
        return found;
      })));
    """
    views = install_views.views("images")
    maps = [views[name]["map"] for name in ("by_facet", "by_value")]
    output = javascript(program, json.dumps({"maps": maps, "documents": documents}))
    for document, keys in zip(documents, json.loads(output), strict=True):
        image = image_of(document)
        facets = facets_of(image, is_tagged=document.get("tagged") is True)
        values = [("name", name_of(document)), ("longest", longest_side(image))]
        assert [(kind, value) for _, kind, value, *_ in keys] == [*facets, *values]
