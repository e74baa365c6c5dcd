  // A list of different strings; documents of huImages 2.2 have single values and numbers, too.
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
