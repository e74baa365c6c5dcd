function (doc) {
  // include annotation.js
  if (imageOf(doc)) {
    emit([visitorOf(doc), imageOf(doc)], {
      tags: tagsOf(doc),
      favorite: !!doc.favorite,
      rating: ratingOf(doc)
    });
  }
}
