function (doc) {
  // include annotation.js
  var spellings = imageOf(doc) ? spellingsOf(doc) : {};
  for (var tag in spellings) {
    if (Object.prototype.hasOwnProperty.call(spellings, tag)) {
      emit([tag, spellings[tag]], null);
    }
  }
}
