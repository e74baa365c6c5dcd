  // As in domain/facets.py.
  // include image.js
  function numberOf(value) {
    return typeof value === 'number' ? Math.floor(value) : 0;
  }
  // Width and height; documents without them count as an ordinary photo, as in codec.py.
  function sidesOf(doc) {
    var width = numberOf(doc.width), height = numberOf(doc.height);
    return width > 0 && height > 0 ? [width, height] : [1600, 1200];
  }
  function shapeOf(width, height) {
    if (Math.abs(width - height) * 20 <= Math.max(width, height)) {
      return 'square';
    }
    if (width >= 2 * height) {
      return 'panorama';
    }
    return width > height ? 'landscape' : 'portrait';
  }
  function lastOf(value) {
    var list = Array.isArray(value) ? value : [value];
    for (var i = list.length - 1; i >= 0; i--) {
      var found = strings(list[i]);
      if (found.length) {
        return found[0];
      }
    }
    return '';
  }
  function textOf(value) {
    return typeof value === 'string' ? value : '';
  }
  function hasReference(doc, wanted) {
    var pairs = referencesOf(doc);
    for (var i = 0; i < pairs.length; i++) {
      if (pairs[i][0] === wanted) {
        return true;
      }
    }
    return false;
  }
  // Pairs of kind and value.  Older versions of the program write no `tagged`: an image without it
  // may have tags.
  function facetsOf(doc) {
    var pairs = [], types = strings(doc.types), sides = sidesOf(doc);
    for (var i = 0; i < types.length; i++) {
      pairs.push(['type', types[i]]);
    }
    if (/^image\//.test(textOf(doc.contenttype))) {
      pairs.push(['format', doc.contenttype.substring(6)]);
    }
    pairs.push(['shape', shapeOf(sides[0], sides[1])]);
    if (textOf(doc.uploader)) {
      pairs.push(['uploader', doc.uploader]);
    }
    var batches = strings(doc.batches);
    for (var j = 0; j < batches.length; j++) {
      pairs.push(['batch', batches[j]]);
    }
    var present = {
      title: lastOf(doc.title),
      alt: textOf(doc.alt),
      tags: doc.tagged === true,
      artnr: hasReference(doc, 'artnr')
    };
    for (var name in present) {
      if (!present[name]) {
        pairs.push(['without', name]);
      }
    }
    if (strings(doc.alike).length) {
      pairs.push(['alike', 'yes']);
    }
    return pairs;
  }
  // What lists are sorted by; as `name_of` in query_planner.py.
  function nameOf(doc) {
    var name = lastOf(doc.title) || textOf(doc.filename) || textOf(pictureOf(doc));
    return name.substring(0, 100).replace(/[\ud800-\udbff]$/, '');
  }
