// The perceptual hash under keys of two of its pieces: as `likeness_keys` in likeness.py.
function (doc) {
  // include image.js
  var phash = doc.phash, bits = '', pieces = [], number = 0;
  if (!isVisible(doc) || !/^[0-9a-f]{16}$/.test(phash) || phash === '0000000000000000') {
    return;
  }
  for (var digit = 0; digit < 16; digit++) {
    bits += (16 + parseInt(phash.charAt(digit), 16)).toString(2).substring(1);
  }
  for (var bit = 0; bit < 64; bit++) {
    pieces[bit % 9] = (pieces[bit % 9] || '') + bits.charAt(bit);
  }
  for (var one = 0; one < 9; one++) {
    for (var other = one + 1; other < (one < 5 ? 5 : 9); other++) {
      emit(32768 * number++ + parseInt(pieces[one] + pieces[other], 2), phash);
    }
  }
}
