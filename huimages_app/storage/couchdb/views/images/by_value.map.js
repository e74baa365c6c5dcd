// Names, and the pixels of longer sides: what has too many values for a facet.
function (doc) {
  // include facets.js
  if (isListed(doc)) {
    var sides = sidesOf(doc);
    emit([isTrashed(doc), 'name', nameOf(doc), ctime(doc), doc._id], null);
    emit([isTrashed(doc), 'longest', Math.max(sides[0], sides[1]), ctime(doc), doc._id], null);
  }
}
