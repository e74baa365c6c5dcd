// The keys 1 to 5 rate the picture shown in full screen; its caption shows the stars.

import { fetchJson } from "./http.js";
import { notifyError } from "./toast.js";

/** Listen to the keys, if the page has a rating. */
export function addRating(viewer, items) {
  if (!document.querySelector("[data-rating]")) return;
  viewer.on("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event.originalEvent;
    if (ctrlKey || metaKey || altKey || !/^[1-5]$/.test(key)) return;
    event.preventDefault();
    rate(viewer, items[viewer.currIndex], Number(key));
  });
}

async function rate(viewer, item, stars) {
  const before = item.stars;
  show(viewer, item, stars);
  // One after the other, so that the last key counts; a failure was reported by its own call.
  const earlier = item.rating ?? Promise.resolve();
  item.rating = earlier.catch(() => {}).then(() => save(item, stars));
  try {
    await item.rating;
  } catch (error) {
    show(viewer, item, before);
    notifyError(error.message);
  }
}

function show(viewer, item, stars) {
  item.stars = stars;
  item.starsLabel = stars && labelOf(stars);
  if (!viewer.isDestroying) viewer.dispatch("change"); // draws the caption
}

/** Return "4 stars" in the language of the page, as its buttons are called. */
function labelOf(stars) {
  return document.querySelector(`[data-rating] [value="${2 * stars}"]`).title;
}

/** Also if the page is left meanwhile. */
function save({ href }, stars) {
  const url = new URL(href, location.href);
  url.pathname += "rate";
  const body = new URLSearchParams({ rating: 2 * stars });
  return fetchJson(url, { method: "POST", body, keepalive: true });
}
