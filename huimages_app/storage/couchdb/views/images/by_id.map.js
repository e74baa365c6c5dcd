// IDs are digests, so the image after a random position in this view is a random image.
// The values contain the documents, as in by_time.
function (doc) {
  // include image.js
  if (isVisible(doc)) {
    emit(doc._id, [doc]);
  }
}
