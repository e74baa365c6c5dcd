// Show a picture in full screen, and the other pictures of its collection by keys or swiping.

import {
  LOOKAHEAD,
  appendItems,
  createViewer,
  loadPhotoSwipe,
  openViewer,
  opensElsewhere,
} from "./full_screen.js";
import { fetchJson } from "./http.js";
import { notifyError } from "./toast.js";

export function enhance(link) {
  link.addEventListener("click", async (event) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    try {
      await show(link);
    } catch (error) {
      notifyError(error.message);
    }
  });
}

async function show(link) {
  const [PhotoSwipe, { items, index }] = await Promise.all([
    loadPhotoSwipe(),
    fetchJson(link.dataset.viewer),
  ]);
  // PhotoSwipe enlarges the picture from its position on the page.
  Object.assign(items[index], { element: link, msrc: link.querySelector("img").currentSrc });
  // A counter would count only the pictures loaded so far.
  const viewer = createViewer(PhotoSwipe, items, index, { counter: false });
  viewer.on("change", loadMore(viewer, items));
  viewer.on("destroy", () => {
    // After moving on in full screen, open the page of the picture shown last.
    if (viewer.currIndex !== index) location.assign(items[viewer.currIndex].href);
  });
  openViewer(viewer);
}

/** Request the pictures after the last of `items` when the viewer comes near it. */
function loadMore(viewer, items) {
  let isLoading = false;
  return async () => {
    const last = items.length - 1;
    if (isLoading || viewer.currIndex < last - LOOKAHEAD) return;
    isLoading = true; // stays true at the end of the collection
    const url = new URL(items[last].href, location.href);
    url.pathname += "around";
    try {
      const found = await fetchJson(url);
      const more = found.items.slice(found.index + 1);
      if (!more.length || viewer.isDestroying) return;
      isLoading = false;
      appendItems(viewer, items, more);
    } catch {
      isLoading = false; // the next change tries again
    }
  };
}
