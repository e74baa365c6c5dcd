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
import { message } from "./messages.js";
import { notifyError } from "./toast.js";

// Paths in the box of PhotoSwipe's icons, 32 × 32.
const ICONS = {
  download: "M15 6h2v11l4-4 1.4 1.4L16 20.8l-6.4-6.4L11 13l4 4zM8 24h16v2H8z",
  details: "M16 5a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm0 2a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm-1 3h2v2h-2zm0 4h2v8h-2z",
};

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
  const wantsDetails = addActions(viewer, items);
  viewer.on("change", loadMore(viewer, items));
  viewer.on("destroy", () => {
    // After moving on in full screen, open the page of the picture shown last.
    const { href } = items[viewer.currIndex];
    if (wantsDetails()) location.assign(`${href}#facts`);
    else if (viewer.currIndex !== index) location.assign(href);
  });
  openViewer(viewer);
}

/** Add the buttons "Download" (d) and "Details" (i); return whether the details are wanted. */
function addActions(viewer, items) {
  let wantsDetails = false;
  const keys = {};
  const download = { name: "download", title: message("download"), tagName: "a", order: 8 };
  const details = { name: "details", title: message("details"), tagName: "button", order: 9 };
  viewer.on("uiRegister", () => {
    addButton(viewer, download, (link) => {
      keys.d = link;
      link.download = "";
      viewer.on("change", () => (link.href = items[viewer.currIndex].download));
    });
    addButton(viewer, details, (button) => {
      keys.i = button;
      button.addEventListener("click", () => {
        wantsDetails = true;
        viewer.close();
      });
    });
  });
  viewer.on("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event.originalEvent;
    if (ctrlKey || metaKey || altKey || !(key in keys)) return;
    event.preventDefault();
    keys[key].click();
  });
  return () => wantsDetails;
}

function addButton(viewer, button, onInit) {
  const html = { isCustomSVG: true, inner: `<path d="${ICONS[button.name]}"/>` };
  viewer.ui.registerElement({ ...button, html, isButton: true, onInit });
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
