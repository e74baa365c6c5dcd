// The program writes `ratings` after each rating: a view cannot have averages as keys.
function (doc) {
  // include image.js
  if (isListed(doc) && doc.ratings && doc.ratings.count > 0) {
    emit([isTrashed(doc), doc.ratings.sum / doc.ratings.count, ctime(doc), doc._id], null);
  }
}
