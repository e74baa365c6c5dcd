function (doc) {
  // include annotation.js
  if (imageOf(doc)) {
    emit([visitorOf(doc), imageOf(doc)], {
      tags: tagsOf(doc),
      favorite: !!doc.favorite,
      spellings: spellingsOf(doc),
      rating: ratingOf(doc)
    });
  }
}
