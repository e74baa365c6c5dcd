// The images of a reference or a collection in the order of their places, and the number of
// images of each.  Numbers are in alphabetical order, in any case of ASCII letters.
function (doc) {
  // include image.js
  function own(object, name) {
    var is = object && Object.prototype.hasOwnProperty.call(object, name);
    return is ? object[name] : undefined;
  }
  // As `folded` in storage/places.py.
  function folded(text) {
    return text.replace(/[A-Z]/g, function (letter) { return letter.toLowerCase(); });
  }
  // As `rank` in storage/places.py: MAX_AT is 1e9, UNPLACED is 1e12.
  function rank(key, value) {
    var at = own(own(own(doc.places, key), value), 'at');
    return typeof at === 'number' && Math.abs(at) <= 1e9 ? at : 1e12;
  }
  var references = isListed(doc) ? referencesOf(doc) : [];
  for (var i = 0; i < references.length; i++) {
    var key = references[i][0], value = references[i][1];
    emit([isTrashed(doc), key, folded(value), value, rank(key, value), ctime(doc), doc._id], null);
  }
  // The name is COLLECTION in storage/places.py.
  var collections = isListed(doc) ? doc.collections : {};
  for (var id in collections) {
    var position = own(collections, id);
    if (typeof position === 'number' && Math.abs(position) <= 1e9) {
      emit([isTrashed(doc), '*collection', folded(id), id, position, ctime(doc), doc._id], null);
    }
  }
}
