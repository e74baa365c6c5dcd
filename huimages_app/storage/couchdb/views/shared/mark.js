  function imageOf(doc) {
    var match = /^([A-Z2-7]{32}01)-./.exec(doc._id);
    return match ? match[1] : '';
  }
  function visitorOf(doc) {
    return doc._id.substring(35);
  }
  // When the image was made; documents of the old site do not know it.
  function ctime(doc) {
    return typeof doc.image_ctime === 'string' ? doc.image_ctime : '';
  }
  function tagsOf(doc) {
    var list = Array.isArray(doc.tags) ? doc.tags : [], found = [];
    for (var i = 0; i < list.length; i++) {
      if (typeof list[i] === 'string' && list[i] && found.indexOf(list[i]) < 0) {
        found.push(list[i]);
      }
    }
    return found;
  }
  function ratingOf(doc) {
    return typeof doc.rating === 'number' ? doc.rating : null;
  }
