// Pictures in full screen, by PhotoSwipe, which is loaded with the first one.

import { message } from "./messages.js";

const STYLES = new URL("../vendor/photoswipe/photoswipe.css", import.meta.url);

export const LOOKAHEAD = 3; // more pictures are requested this many before the last one

/** Return the class of viewers. */
export async function loadPhotoSwipe() {
  const [{ default: PhotoSwipe }] = await Promise.all([
    import("../vendor/photoswipe/photoswipe.esm.min.js"),
    loadStyles(),
  ]);
  return PhotoSwipe;
}

/** Return a viewer of `items`, which has not opened yet; `options` are those of PhotoSwipe. */
export function createViewer(PhotoSwipe, items, index, options = {}) {
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const viewer = new PhotoSwipe({
    dataSource: items,
    index,
    loop: false,
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
    ...options,
  });
  viewer.on("uiRegister", () => viewer.ui.registerElement(caption(viewer, items)));
  return viewer;
}

export function openViewer(viewer) {
  viewer.init();
  viewer.element.setAttribute("aria-label", message("fullScreen"));
}

/** Add pictures behind the last one. */
export function appendItems(viewer, items, more) {
  items.push(...more);
  viewer.refreshSlideContent(items.length - more.length);
  viewer.dispatch("change"); // enables the button "Next"
}

/** Return whether a click asks for a new tab or window. */
export function opensElsewhere(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

function caption(viewer, items) {
  return {
    name: "title",
    appendTo: "root",
    onInit(element) {
      element.setAttribute("aria-live", "polite");
      viewer.on("change", () => {
        const { title, credit, rating } = items[viewer.currIndex];
        const parts = [title];
        if (rating) parts.push(createStars(rating));
        if (credit) parts.push(createPart("credit", credit));
        element.replaceChildren(...parts);
      });
    },
  };
}

/** Create the stars of an own rating from 1 to 10; the buttons of the page have their names. */
function createStars(rating) {
  const stars = createPart("own-rating", "★".repeat(rating / 2) + (rating % 2 ? "½" : ""));
  stars.role = "img";
  stars.ariaLabel = document.querySelector(`[data-rating] [value="${rating}"]`).title;
  return stars;
}

function createPart(className, text) {
  const part = document.createElement("span");
  Object.assign(part, { className, textContent: text });
  return part;
}

function loadStyles() {
  if (document.querySelector(`link[href="${STYLES.href}"]`)) return null;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: STYLES.href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(new Error(message("offline"))));
    document.head.append(link);
  });
}
