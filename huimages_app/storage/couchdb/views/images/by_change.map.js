function (doc) {
  // include image.js
  if (isListed(doc)) {
    var mtime = typeof doc.mtime === 'string' ? doc.mtime : ctime(doc);
    emit([isTrashed(doc), mtime, doc._id], ctime(doc));
  }
}
