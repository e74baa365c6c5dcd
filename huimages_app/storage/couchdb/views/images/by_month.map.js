// The months of all images: no page begins at its keys, so they are not unique.
function (doc) {
  // include image.js
  if (isVisible(doc)) {
    emit(['created', ctime(doc).substring(0, 6)], null);
    if (/^\d{8}T\d{6}\.\d{6}$/.test(doc.taken)) {
      emit(['taken', doc.taken.substring(0, 6)], null);
    }
  }
}
