  // A legacy site has other documents in the same database.
  function isImage(doc) {
    return /^[A-Z2-7]{32}01$/.test(doc._id);
  }
  function isTrashed(doc) {
    return doc.deleted === true;
  }
  // Older versions of an image have `replaced_by`: they are in no list but the trash.
  function isListed(doc) {
    return isImage(doc) && (isTrashed(doc) || !isReplaced(doc));
  }
  function isVisible(doc) {
    return isListed(doc) && !isTrashed(doc);
  }
  function isReplaced(doc) {
    return typeof doc.replaced_by === 'string' && /^[A-Z2-7]{32}01$/.test(doc.replaced_by);
  }
  function ctime(doc) {
    return typeof doc.ctime === 'string' ? doc.ctime : '';
  }
  // include strings.js
  // Pairs of key and value.
  function referencesOf(doc) {
    var pairs = [], references = doc.references;
    for (var key in references) {
      if (Object.prototype.hasOwnProperty.call(references, key)) {
        var values = strings(references[key]);
        for (var i = 0; i < values.length; i++) {
          pairs.push([key, values[i]]);
        }
      }
    }
    return pairs;
  }
  // The name of the attachment that is the original: the largest image.
  function pictureOf(doc) {
    var stubs = doc._attachments || {}, names = Object.keys(stubs).sort(), images = [];
    for (var i = 0; i < names.length; i++) {
      if (/^image\//.test(stubs[names[i]].content_type)) {
        images.push(names[i]);
      }
    }
    names = images.length ? images : names;
    var found = names[0];
    for (var j = 1; j < names.length; j++) {
      if (stubs[names[j]].length > stubs[found].length) {
        found = names[j];
      }
    }
    return found;
  }
