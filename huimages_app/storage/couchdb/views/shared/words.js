  // include letters.json: MAX_PREFIX, MAX_KEYS, RUNS, FOLDED, PLAIN and WORD
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
  // The keys of texts, each once: beginnings of words, and runs from anywhere in them.
  function keysOf(texts) {
    // `match`, not `split`: QuickJS compiles the expression of `split` again for each text.
    var words = fold(texts.join(' ')).match(WORD) || [], found = [], seen = {};
    function add(key) {
      if (!Object.prototype.hasOwnProperty.call(seen, key)) {
        seen[key] = true;
        found.push(key);
      }
    }
    for (var i = 0; i < words.length && found.length < MAX_KEYS; i++) {
      var word = words[i], isPair = word >= '\ud800' && word < '\udc00';
      for (var end = isPair ? 2 : 1; end <= Math.min(word.length, MAX_PREFIX); end++) {
        add(word.substring(0, end));
      }
      for (var start = 1; start < word.length && found.length < MAX_KEYS; start++) {
        for (var j = 0; j < RUNS.length; j++) {
          if (start + RUNS[j] <= word.length) {
            add(word.substring(start, start + RUNS[j]));
          }
        }
      }
    }
    return found.slice(0, MAX_KEYS);
  }
