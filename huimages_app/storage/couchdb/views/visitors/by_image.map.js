function (doc) {
  // include annotation.js
  if (imageOf(doc)) {
    emit(imageOf(doc), {
      visitor: visitorOf(doc),
      ctime: ctime(doc),
      tags: tagsOf(doc),
      favorite: !!doc.favorite,
      spellings: spellingsOf(doc),
      rating: ratingOf(doc)
    });
  }
}
