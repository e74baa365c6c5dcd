  // An old huImages site has documents of other kinds in the same database.
  function isImage(doc) {
    return /^[A-Z2-7]{32}01$/.test(doc._id);
  }
  function isTrashed(doc) {
    return doc.deleted === true;
  }
  function ctime(doc) {
    return typeof doc.ctime === 'string' ? doc.ctime : '';
  }
  // What should be a list of strings; old documents hold single values and numbers too.
  function strings(value) {
    var list = Array.isArray(value) ? value : [value], found = [], seen = {};
    for (var i = 0; i < list.length; i++) {
      var type = typeof list[i];
      var text = type === 'string' || type === 'number' ? String(list[i]) : '';
      if (text && !Object.prototype.hasOwnProperty.call(seen, text)) {
        seen[text] = true;
        found.push(text);
      }
    }
    return found;
  }
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
