// The perceptual hash under each of its quarters: as `pieces` in domain/likeness.py.
function (doc) {
  // include image.js
  var phash = doc.phash;
  if (isVisible(doc) && /^[0-9a-f]{16}$/.test(phash) && phash !== '0000000000000000') {
    for (var i = 0; i < 4; i++) {
      emit([i, phash.substring(4 * i, 4 * i + 4)], phash);
    }
  }
}
