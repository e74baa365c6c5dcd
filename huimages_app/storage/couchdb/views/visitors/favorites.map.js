function (doc) {
  // include annotation.js
  if (isListed(doc) && doc.favorite) {
    emit([visitorOf(doc), ctime(doc), imageOf(doc)], null);
  }
}
