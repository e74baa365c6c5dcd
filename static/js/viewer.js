// Show a picture in full screen, and the other pictures of its collection by keys or swiping.

import { fetchJson } from "./http.js";
import { notifyError } from "./toast.js";
import { message } from "./messages.js";

const LOOKAHEAD = 3; // more pictures are requested this many before the last one
const STYLES = new URL("../vendor/photoswipe/photoswipe.css", import.meta.url);

export function enhance(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    try {
      await openViewer(link);
    } catch (error) {
      notifyError(error.message);
    }
  });
}

async function openViewer(link) {
  const [{ default: PhotoSwipe }, { items, index }] = await Promise.all([
    import("../vendor/photoswipe/photoswipe.esm.min.js"),
    fetchJson(link.dataset.viewer),
    loadStyles(),
  ]);
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // PhotoSwipe enlarges the picture from its position on the page.
  Object.assign(items[index], { element: link, msrc: link.querySelector("img").currentSrc });
  const viewer = new PhotoSwipe({
    dataSource: items,
    index,
    loop: false,
    counter: false, // it would count only the pictures loaded so far
    bgOpacity: 1,
    padding: { top: 0, right: 0, bottom: 56, left: 0 }, // room for the title
    wheelToZoom: true,
    showHideAnimationType: reducedMotion ? "none" : "zoom",
    zoomAnimationDuration: reducedMotion ? false : 250,
    closeTitle: message("close"),
    zoomTitle: message("zoom"),
    arrowPrevTitle: message("previous"),
    arrowNextTitle: message("next"),
    errorMsg: message("notLoaded"),
  });
  viewer.on("change", loadMore(viewer, items));
  viewer.on("uiRegister", () => viewer.ui.registerElement(caption(viewer, items)));
  viewer.on("destroy", () => {
    // After moving on in full screen, open the page of the picture shown last.
    if (viewer.currIndex !== index) location.assign(items[viewer.currIndex].href);
  });
  viewer.init();
  viewer.element.setAttribute("aria-label", message("fullScreen"));
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
      items.push(...more);
      viewer.refreshSlideContent(last + 1);
      isLoading = false;
      viewer.dispatch("change"); // enables the button "Next"
    } catch {
      isLoading = false; // the next change tries again
    }
  };
}

function caption(viewer, items) {
  return {
    name: "title",
    appendTo: "root",
    onInit(element) {
      element.setAttribute("aria-live", "polite");
      viewer.on("change", () => (element.textContent = items[viewer.currIndex].title));
    },
  };
}

export function loadStyles() {
  if (document.querySelector(`link[href="${STYLES.href}"]`)) return null;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: STYLES.href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(new Error(message("offline"))));
    document.head.append(link);
  });
}
