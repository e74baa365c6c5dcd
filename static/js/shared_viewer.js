// The pictures of a share link in full screen, by keys or swiping.  Links lead to the page of a
// picture without scripts.

import { message } from "./messages.js";
import { notifyError } from "./toast.js";
import { loadStyles } from "./viewer.js";

const LOOKAHEAD = 3; // more pictures are requested this many before the last one

export function enhance(grid) {
  grid.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[data-full]");
    if (!link) return;
    event.preventDefault();
    open(grid, links(grid).indexOf(link));
  });
  document.querySelector("[data-show-all]")?.addEventListener("click", () => open(grid, 0));
}

function links(grid) {
  return [...grid.querySelectorAll("a[data-full]")];
}

async function open(grid, index) {
  try {
    const [{ default: PhotoSwipe }] = await Promise.all([
      import("../vendor/photoswipe/photoswipe.esm.min.js"),
      loadStyles(),
    ]);
    show(PhotoSwipe, grid, index);
  } catch (error) {
    notifyError(error.message);
  }
}

function show(PhotoSwipe, grid, index) {
  const items = links(grid).map(itemOf);
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
  });
  // "Load more" appends to the grid, and the viewer goes on there.
  const growth = new MutationObserver(() => {
    const more = links(grid).slice(items.length).map(itemOf);
    if (!more.length) return;
    items.push(...more);
    viewer.refreshSlideContent(items.length - more.length);
    viewer.dispatch("change"); // enables the button "Next"
  });
  growth.observe(grid, { childList: true });
  viewer.on("change", () => {
    if (viewer.currIndex >= items.length - LOOKAHEAD) {
      document.querySelector("[data-load-more]")?.click();
    }
  });
  viewer.on("uiRegister", () => viewer.ui.registerElement(caption(viewer, items)));
  viewer.on("destroy", () => growth.disconnect());
  viewer.on("close", () => items[viewer.currIndex].element.focus({ preventScroll: false }));
  viewer.init();
  viewer.element.setAttribute("aria-label", message("fullScreen"));
}

function itemOf(link) {
  const { full, width, height, title = "", credit = "" } = link.dataset;
  const picture = link.querySelector("img");
  return {
    src: full,
    width: Number(width),
    height: Number(height),
    alt: picture.alt,
    msrc: picture.currentSrc,
    element: link,
    title,
    credit,
  };
}

function caption(viewer, items) {
  return {
    name: "title",
    appendTo: "root",
    onInit(element) {
      element.setAttribute("aria-live", "polite");
      viewer.on("change", () => {
        const { title, credit } = items[viewer.currIndex];
        const line = document.createElement("span");
        line.className = "credit";
        line.textContent = credit;
        element.replaceChildren(title, ...(credit ? [line] : []));
      });
    },
  };
}
