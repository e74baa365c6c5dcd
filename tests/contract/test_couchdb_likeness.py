"""The view of perceptual hashes and the program make the same keys."""

from __future__ import annotations

import json
import random

from huimages_app.domain.likeness import BITS, FEATURELESS, MOST_DIFFERENT
from huimages_app.storage.couchdb import install_views
from huimages_app.storage.couchdb.likeness import likeness_keys
from tests.support.ecmascript import javascript

HASH = "7d1f03a58b6e92c4"

PROGRAM = """
  var input = JSON.parse(require('fs').readFileSync(0, 'utf8')), found;
  function emit(key) { found.push(key); }
  var map = eval('(' + input.map + ')');
  console.log(JSON.stringify(input.documents.map(function (document) {
    found = [];
    map(document);
    return found;
  })));
"""


def test_keys_are_shared_by_all_hashes_with_six_other_bits() -> None:
    chosen = random.Random(3)
    keys = likeness_keys(HASH)
    assert len(set(keys)) == 16
    for _ in range(5000):
        bits = chosen.sample(range(BITS), MOST_DIFFERENT)
        other = f"{int(HASH, 16) ^ sum(1 << bit for bit in bits):016x}"
        assert not set(keys).isdisjoint(likeness_keys(other))


def test_view_and_program_have_the_same_keys() -> None:
    chosen = random.Random(4)
    hashes = [HASH, "0" * 15 + "1", "f" * 16, *(f"{chosen.getrandbits(64):016x}" for _ in range(9))]
    documents = [{"_id": "A" * 32 + "01", "phash": phash} for phash in [*hashes, FEATURELESS]]
    view = install_views.views("images")["by_likeness"]["map"]
    output = javascript(PROGRAM, json.dumps({"map": view, "documents": documents}))
    assert json.loads(output) == [*map(likeness_keys, hashes), []]
