// The last day of the rights.
function (doc) {
  // include image.js
  if (isListed(doc) && doc.rights && /^\d{4}-\d{2}-\d{2}$/.test(doc.rights.until)) {
    emit([isTrashed(doc), doc.rights.until, ctime(doc), doc._id], null);
  }
}
