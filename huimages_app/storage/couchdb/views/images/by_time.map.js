function (doc) {
  // include image.js
  if (isListed(doc)) {
    emit([isTrashed(doc), ctime(doc), doc._id], null);
  }
}
