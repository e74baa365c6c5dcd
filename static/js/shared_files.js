// Pictures from the share menu of a phone, which share_worker.js keeps.

const CACHE = "huimages-shared";

/** Let the browser hand over shared pictures from now on. */
export async function enhance(element) {
  // Browsers have service workers on https and localhost only.
  await navigator.serviceWorker?.register(element.dataset.shareWorker);
}

/** Return the pictures that were shared; they are kept no longer. */
export async function takeSharedFiles() {
  const cache = await caches.open(CACHE);
  const files = await Promise.all((await cache.matchAll()).map(fileOf));
  await caches.delete(CACHE);
  history.replaceState(null, "", location.pathname);
  return files;
}

async function fileOf(response) {
  const name = decodeURIComponent(response.headers.get("X-Filename"));
  const content = await response.blob();
  return new File([content], name, { type: content.type });
}
