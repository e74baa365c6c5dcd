  // include letters.json: LONGEST, MOST_WORDS, FOLDED, PLAIN and WORDS
  // The letters of a Hangul syllable, as Unicode counts them.
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
        var place = FOLDED.indexOf(letter);
        folded += place < 0 ? letter : plain[place];
      }
    }
    return folded;
  }
  function words(texts) {
    // Not split: QuickJS compiles the expression anew for each text that is split by it.
    var parts = fold(texts.join(' ')).match(WORDS) || [], found = [], seen = {};
    for (var i = 0; i < parts.length && found.length < MOST_WORDS; i++) {
      if (!Object.prototype.hasOwnProperty.call(seen, parts[i])) {
        seen[parts[i]] = true;
        found.push(parts[i]);
      }
    }
    return found;
  }
  // Every beginning of every word, each once.
  function beginnings(texts) {
    var list = words(texts), found = [], seen = {};
    for (var i = 0; i < list.length; i++) {
      for (var length = 1; length <= Math.min(list[i].length, LONGEST); length++) {
        var beginning = list[i].substring(0, length);
        if (!Object.prototype.hasOwnProperty.call(seen, beginning)) {
          seen[beginning] = true;
          found.push(beginning);
        }
      }
    }
    return found;
  }
