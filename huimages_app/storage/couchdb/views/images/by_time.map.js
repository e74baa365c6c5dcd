function (doc) {
  // include image.js
  if (isImage(doc)) {
    emit([isTrashed(doc), ctime(doc), doc._id], null);
  }
}
