function (doc) {
  // include image.js
  // include words.js
  if (isListed(doc)) {
    var filename = doc.filename || pictureOf(doc);
    var texts = strings(doc.title).concat(strings(filename)), references = referencesOf(doc);
    for (var i = 0; i < references.length; i++) {
      texts.push(references[i][1]);
    }
    var found = keysOf(texts);
    for (var j = 0; j < found.length; j++) {
      emit([isTrashed(doc), found[j], ctime(doc), doc._id], null);
    }
  }
}
