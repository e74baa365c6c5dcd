function (doc) {
  // include facets.js
  var facets = isListed(doc) ? facetsOf(doc) : [];
  for (var i = 0; i < facets.length; i++) {
    emit([isTrashed(doc), facets[i][0], facets[i][1], ctime(doc), doc._id], null);
  }
}
