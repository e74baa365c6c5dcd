// A picture in full screen, and from there the others of its collection: by keys, by swiping.

import { json } from "./http.js";
import { warn } from "./toast.js";
import { word } from "./messages.js";

const AHEAD = 3; // pictures before the last, those after it are fetched
const STYLES = new URL("../vendor/photoswipe/photoswipe.css", import.meta.url);

export function enhance(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    try {
      await view(link);
    } catch (error) {
      warn(error.message);
    }
  });
}

async function view(link) {
  const [{ default: PhotoSwipe }, { items, index }] = await Promise.all([
    import("../vendor/photoswipe/photoswipe.esm.min.js"),
    json(link.dataset.viewer),
    styles(),
  ]);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // From its place on the page the picture grows into the full screen.
  Object.assign(items[index], { element: link, msrc: link.querySelector("img").currentSrc });
  const viewer = new PhotoSwipe({
    dataSource: items,
    index,
    loop: false,
    counter: false, // of those that are here, which are not all
    bgOpacity: 1,
    padding: { top: 0, right: 0, bottom: 56, left: 0 }, // the title stands there
    wheelToZoom: true,
    showHideAnimationType: still ? "none" : "zoom",
    zoomAnimationDuration: still ? false : 250,
    closeTitle: word("close"),
    zoomTitle: word("zoom"),
    arrowPrevTitle: word("previous"),
    arrowNextTitle: word("next"),
    errorMsg: word("notLoaded"),
  });
  viewer.on("change", further(viewer, items));
  viewer.on("uiRegister", () => viewer.ui.registerElement(caption(viewer, items)));
  viewer.on("destroy", () => {
    // Whoever walked on in full screen wants to see that picture's page.
    if (viewer.currIndex !== index) location.assign(items[viewer.currIndex].href);
  });
  viewer.init();
  viewer.element.setAttribute("aria-label", word("fullScreen"));
}

/** Fetches what comes after the last of `items`, as somebody comes near to it. */
function further(viewer, items) {
  let isAsking = false;
  return async () => {
    const last = items.length - 1;
    if (isAsking || viewer.currIndex < last - AHEAD) return;
    isAsking = true; // to the end, if nothing follows
    const url = new URL(items[last].href, location.href);
    url.pathname += "around";
    try {
      const found = await json(url);
      const more = found.items.slice(found.index + 1);
      if (!more.length || viewer.isDestroying) return;
      items.push(...more);
      viewer.refreshSlideContent(last + 1);
      isAsking = false;
      viewer.dispatch("change"); // "Next" may have been off
    } catch {
      isAsking = false; // the next step tries again
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

function styles() {
  if (document.querySelector(`link[href="${STYLES.href}"]`)) return null;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: STYLES.href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(new Error(word("offline"))));
    document.head.append(link);
  });
}
