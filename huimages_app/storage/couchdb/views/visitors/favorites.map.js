function (doc) {
  // include mark.js
  if (imageOf(doc) && doc.favorite) {
    emit([visitorOf(doc), ctime(doc), imageOf(doc)], null);
  }
}
