function (doc) {
  // include annotation.js
  // include words.js
  var found = isListed(doc) ? keysOf(tagsOf(doc)) : [];
  for (var i = 0; i < found.length; i++) {
    emit([found[i], ctime(doc), imageOf(doc)], null);
  }
}
