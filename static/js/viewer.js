// Show a picture in full screen, and the other pictures of its collection by keys or swiping.

import {
  LOOKAHEAD,
  appendItems,
  createViewer,
  loadPhotoSwipe,
  openViewer,
  opensElsewhere,
} from "./full_screen.js";
import { fetchJson, fetchPage } from "./http.js";
import { renew } from "./partial_update.js";
import { notifyError } from "./toast.js";

export function enhance(link, enhanceAll) {
  link.addEventListener("click", async (event) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    try {
      await show(link, enhanceAll);
    } catch (error) {
      notifyError(error.message);
    }
  });
}

async function show(link, enhanceAll) {
  const [PhotoSwipe, { addActions, addCounter }, { addRating }, { items, index }] = await Promise.all([
    loadPhotoSwipe(),
    import("./viewer_actions.js"),
    import("./viewer_rating.js"),
    fetchJson(link.dataset.viewer),
  ]);
  const before = { ...items[index] };
  // PhotoSwipe enlarges the picture from its position on the page.
  Object.assign(items[index], { element: link, msrc: link.querySelector("img").currentSrc });
  // The counter of PhotoSwipe would count only the pictures loaded so far.
  const viewer = createViewer(PhotoSwipe, items, index, { counter: false });
  let wantsDetails = false;
  addCounter(viewer, index, pathBelow(items[index], "place"));
  addActions(viewer, items, () => {
    wantsDetails = true;
    viewer.close();
  });
  addRating(viewer, items);
  viewer.on("change", loadMore(viewer, items));
  viewer.on("destroy", () => {
    // After moving on in full screen, open the page of the picture shown last.
    const item = items[viewer.currIndex];
    if (wantsDetails) location.assign(`${item.href}#facts`);
    else if (viewer.currIndex !== index) location.assign(item.href);
    else renewOpinions(item, before, enhanceAll).catch((error) => notifyError(error.message));
  });
  openViewer(viewer);
}

/** Show on the page whether the picture is a favourite and its rating, unless both are as before. */
async function renewOpinions(item, before, enhanceAll) {
  await Promise.allSettled([item.saving, item.savingRating]); // failures were reported
  if (item.favorite === before.favorite && item.rating === before.rating) return;
  await renew("#favorite, #opinions", await fetchPage(location.href), enhanceAll);
}

/** Request the pictures after the last of `items` when the viewer comes near it. */
function loadMore(viewer, items) {
  let isLoading = false;
  return async () => {
    const last = items.length - 1;
    if (isLoading || viewer.currIndex < last - LOOKAHEAD) return;
    isLoading = true; // stays true at the end of the collection
    try {
      const found = await fetchJson(pathBelow(items[last], "around"));
      const more = found.items.slice(found.index + 1);
      if (!more.length || viewer.isDestroying) return;
      isLoading = false;
      appendItems(viewer, items, more);
    } catch {
      isLoading = false; // the next change tries again
    }
  };
}

/** Return the URL of a view of the picture, in its collection. */
function pathBelow({ href }, name) {
  const url = new URL(href, location.href);
  url.pathname += name;
  return url;
}
