function (doc) {
  // include mark.js
  if (imageOf(doc) && ratingOf(doc) !== null) {
    emit(imageOf(doc), ratingOf(doc));
  }
}
