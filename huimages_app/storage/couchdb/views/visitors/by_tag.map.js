function (doc) {
  // include annotation.js
  var tags = isListed(doc) ? tagsOf(doc) : [];
  for (var i = 0; i < tags.length; i++) {
    emit([tags[i], ctime(doc), imageOf(doc)], null);
  }
}
