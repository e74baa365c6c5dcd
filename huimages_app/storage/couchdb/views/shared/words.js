  // include letters.json: MAX_PREFIX, MAX_WORDS, FOLDED, PLAIN and WORD
  // The letters of a Hangul syllable, in the order of Unicode.
  function jamo(index) {
    var last = index % 28 ? String.fromCharCode(0x11a7 + index % 28) : '';
    var first = 0x1100 + Math.floor(index / 588), middle = 0x1161 + Math.floor(index % 588 / 28);
    return String.fromCharCode(first, middle) + last;
  }
  function fold(text) {
    if (/^[\u0000-\u007f]*$/.test(text)) {
      return text.toLowerCase();
    }
    var plain = PLAIN.split(' '), folded = '';
    for (var i = 0; i < text.length; i++) {
      var letter = text.charAt(i);
      if (letter < '\u0080') {
        folded += letter.toLowerCase();
      } else if (letter >= '\uac00' && letter <= '\ud7a3') {
        folded += jamo(letter.charCodeAt(0) - 0xac00);
      } else {
        var index = FOLDED.indexOf(letter);
        folded += index < 0 ? letter : plain[index];
      }
    }
    return folded;
  }
  function tokenize(texts) {
    // `match`, not `split`: QuickJS compiles the expression of `split` again for each text.
    var parts = fold(texts.join(' ')).match(WORD) || [], found = [], seen = {};
    for (var i = 0; i < parts.length && found.length < MAX_WORDS; i++) {
      if (!Object.prototype.hasOwnProperty.call(seen, parts[i])) {
        seen[parts[i]] = true;
        found.push(parts[i]);
      }
    }
    return found;
  }
  // Every prefix of every word, each once.
  function prefixes(texts) {
    var list = tokenize(texts), found = [], seen = {};
    for (var i = 0; i < list.length; i++) {
      for (var length = 1; length <= Math.min(list[i].length, MAX_PREFIX); length++) {
        var prefix = list[i].substring(0, length);
        if (!Object.prototype.hasOwnProperty.call(seen, prefix)) {
          seen[prefix] = true;
          found.push(prefix);
        }
      }
    }
    return found;
  }
