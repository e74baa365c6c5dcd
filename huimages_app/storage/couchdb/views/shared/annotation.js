  function imageOf(doc) {
    var match = /^([A-Z2-7]{32}01)-./.exec(doc._id);
    return match ? match[1] : '';
  }
  // Annotations of older versions of an image are in no list.
  function isListed(doc) {
    return !!imageOf(doc) && doc.image_replaced !== true;
  }
  function visitorOf(doc) {
    return doc._id.substring(35);
  }
  // The creation time of the image; documents of huImages 2.2 do not contain it.
  function ctime(doc) {
    return typeof doc.image_ctime === 'string' ? doc.image_ctime : '';
  }
  // include strings.js
  function tagsOf(doc) {
    return strings(doc.tags);
  }
  // Tag -> as it was typed; documents of huImages 2.2 have none.
  function spellingsOf(doc) {
    var spellings = {}, found = doc.spellings || {}, tags = tagsOf(doc);
    for (var i = 0; i < tags.length; i++) {
      if (typeof found[tags[i]] === 'string' && found[tags[i]] !== tags[i]) {
        spellings[tags[i]] = found[tags[i]];
      }
    }
    return spellings;
  }
  function ratingOf(doc) {
    return typeof doc.rating === 'number' ? doc.rating : null;
  }
