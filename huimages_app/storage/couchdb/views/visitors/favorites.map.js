function (doc) {
  // include annotation.js
  if (imageOf(doc) && doc.favorite) {
    emit([visitorOf(doc), ctime(doc), imageOf(doc)], null);
  }
}
