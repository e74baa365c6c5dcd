// The buttons of the full screen viewer: favourite (f), download (d), details (i); and the counter.

import { fetchJson } from "./http.js";
import { formatNumber, message } from "./messages.js";
import { notifyError } from "./toast.js";

const HEART = "M16 24.5 9.2 17.8a4.4 4.4 0 0 1 6.2-6.2l.6.7.6-.7a4.4 4.4 0 0 1 6.2 6.2z";

// Paths in the box of PhotoSwipe's icons, 32 × 32.
const ICONS = {
  favorite: HEART,
  download: "M15 6h2v11l4-4 1.4 1.4L16 20.8l-6.4-6.4L11 13l4 4zM8 24h16v2H8z",
  details: "M16 5a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm0 2a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm-1 3h2v2h-2zm0 4h2v8h-2z",
};
const KEYS = { f: "favorite", d: "download", i: "details" };

/**
 * Add the buttons to a viewer that has not opened yet.  `onDetails` is called when the details are
 * wanted.  The favourite is missing where the visitor cannot have any.
 */
export function addActions(viewer, items, onDetails) {
  const buttons = {};
  const add = (button, onInit) => {
    const html = { isCustomSVG: true, inner: `<path d="${ICONS[button.name]}"/>` };
    const init = (element) => onInit((buttons[button.name] = element));
    viewer.ui.registerElement({ ...button, html, isButton: true, onInit: init });
  };
  // PhotoSwipe has "Zoom" at 10, and "Close" at 20.
  const favorite = { name: "favorite", title: message("favorite"), tagName: "button", order: 11 };
  const download = { name: "download", title: message("download"), tagName: "a", order: 12 };
  const details = { name: "details", title: message("details"), tagName: "button", order: 13 };
  viewer.on("uiRegister", () => {
    if (items[viewer.currIndex].favorite !== null) {
      add(favorite, (button) => favor(viewer, items, button));
    }
    add(download, (link) => {
      link.download = "";
      viewer.on("change", () => (link.href = items[viewer.currIndex].download));
    });
    add(details, (button) => button.addEventListener("click", onDetails));
  });
  viewer.on("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event.originalEvent;
    const button = buttons[KEYS[key]];
    if (ctrlKey || metaKey || altKey || !button) return;
    event.preventDefault();
    button.click();
  });
}

/**
 * Show the place of the picture in its list, such as "12 / 3,480", once the site has counted it.
 * `index` is that of the picture whose page is at `url`.
 */
export function addCounter(viewer, index, url) {
  let place = { number: null };
  const show = (element) => {
    const number = place.number + viewer.currIndex - index;
    element.textContent = place.number ? `${formatNumber(number)} / ${place.count}` : "";
  };
  viewer.on("uiRegister", () => {
    viewer.ui.registerElement({
      name: "place",
      className: "pswp__counter",
      order: 5,
      async onInit(element) {
        viewer.on("change", () => show(element));
        // Without the place the pictures are shown all the same.
        place = await fetchJson(url).catch(() => place);
        show(element);
      },
    });
  });
}

/** Make the button change whether the picture shown is a favourite. */
function favor(viewer, items, button) {
  const show = () => {
    button.setAttribute("aria-pressed", String(items[viewer.currIndex].favorite));
  };
  viewer.on("change", show);
  button.addEventListener("click", async () => {
    const item = items[viewer.currIndex];
    if (item.saving) return;
    item.favorite = !item.favorite;
    show();
    item.saving = saveFavorite(item).catch((error) => {
      item.favorite = !item.favorite;
      notifyError(error.message);
    });
    await item.saving;
    item.saving = null;
    if (!viewer.isDestroying) show();
  });
}

/** Also if the page is left meanwhile. */
function saveFavorite({ href, favorite }) {
  const url = new URL(href, location.href);
  url.pathname += "favorite";
  const body = new URLSearchParams({ rating: favorite ? "1" : "0" });
  return fetchJson(url, { method: "POST", body, keepalive: true });
}
