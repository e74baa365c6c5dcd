// IDs are digests, so whoever stands behind a random place in here is a random image.
function (doc) {
  // include image.js
  if (isImage(doc) && !isTrashed(doc)) {
    emit(doc._id, null);
  }
}
