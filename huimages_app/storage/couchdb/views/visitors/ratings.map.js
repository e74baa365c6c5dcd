// Used by program versions with views of version 1.
function (doc) {
  // include annotation.js
  if (imageOf(doc) && ratingOf(doc) !== null) {
    emit(imageOf(doc), ratingOf(doc));
  }
}
