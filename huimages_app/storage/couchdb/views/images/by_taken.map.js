function (doc) {
  // include image.js
  if (isListed(doc) && /^\d{8}T\d{6}\.\d{6}$/.test(doc.taken)) {
    emit([isTrashed(doc), doc.taken, ctime(doc), doc._id], null);
  }
}
