function (doc) {
  // include image.js
  var references = isListed(doc) ? referencesOf(doc) : [];
  for (var i = 0; i < references.length; i++) {
    emit([isTrashed(doc), references[i][0], references[i][1], ctime(doc), doc._id], null);
  }
}
