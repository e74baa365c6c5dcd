// The pictures of a share link in full screen, by keys or swiping.  Links lead to the page of a
// picture without scripts.

import {
  LOOKAHEAD,
  appendItems,
  createViewer,
  loadPhotoSwipe,
  openViewer,
  opensElsewhere,
} from "./full_screen.js";
import { notifyError } from "./toast.js";

export function enhance(grid) {
  grid.addEventListener("click", (event) => {
    if (opensElsewhere(event)) return;
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
    show(await loadPhotoSwipe(), grid, index);
  } catch (error) {
    notifyError(error.message);
  }
}

function show(PhotoSwipe, grid, index) {
  const items = links(grid).map(itemOf);
  const viewer = createViewer(PhotoSwipe, items, index);
  // "Load more" appends to the grid, and the viewer goes on there.
  const growth = new MutationObserver(() => {
    const more = links(grid).slice(items.length).map(itemOf);
    if (more.length) appendItems(viewer, items, more);
  });
  growth.observe(grid, { childList: true });
  viewer.on("change", () => {
    if (viewer.currIndex >= items.length - LOOKAHEAD) {
      document.querySelector("[data-load-more]")?.click();
    }
  });
  viewer.on("destroy", () => growth.disconnect());
  viewer.on("close", () => items[viewer.currIndex].element.focus({ preventScroll: false }));
  openViewer(viewer);
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
