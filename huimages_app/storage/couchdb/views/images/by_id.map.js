// IDs are digests, so the image after a random position in this view is a random image.
function (doc) {
  // include image.js
  if (isVisible(doc)) {
    emit(doc._id, null);
  }
}
