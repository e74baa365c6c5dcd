// `ratings` is kept by us beside every new rating: averages can't be a key otherwise.
function (doc) {
  // include image.js
  if (isImage(doc) && doc.ratings && doc.ratings.count > 0) {
    emit([isTrashed(doc), doc.ratings.sum / doc.ratings.count, ctime(doc), doc._id], null);
  }
}
