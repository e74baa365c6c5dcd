function (doc) {
  // include image.js
  var types = isListed(doc) ? strings(doc.types) : [];
  for (var i = 0; i < types.length; i++) {
    emit([isTrashed(doc), types[i], ctime(doc), doc._id], null);
  }
}
