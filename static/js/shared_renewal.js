// Signatures of the pictures of a share link end within the hour: get new ones before.

import { runConcurrently } from "./concurrency.js";
import { fetchPage } from "./http.js";

const PARALLEL_REQUESTS = 2;
const RETRY_PAUSE = 60_000; // ms

export function enhance(grid) {
  const period = Number(grid.dataset.renew) * 1000;
  let renewed = Date.now();
  let timer = setTimeout(renew, period);
  // Timers stand still while the computer sleeps.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - renewed > period) renew();
  });

  async function renew() {
    clearTimeout(timer);
    let pause = period;
    try {
      await runConcurrently(pages(), PARALLEL_REQUESTS, async (url) => {
        replaceUrls(grid, await fetchPage(url));
      });
      renewed = Date.now();
    } catch (error) {
      // Revoked, ended, or locked again: the page itself says so.
      if (error.status >= 400 && error.status < 500) return location.reload();
      pause = RETRY_PAUSE;
    }
    timer = setTimeout(renew, pause);
  }
}

/** The URLs of the pages in the grid: this one, and those that "Load more" appended. */
function pages() {
  return [location.href, ...(history.state?.pages ?? [])].map((href) => {
    const url = new URL(href, location.href);
    url.searchParams.set("renew", "1");
    return url;
  });
}

function replaceUrls(grid, page) {
  for (const fresh of page.querySelectorAll("[data-grid] > li")) {
    const item = grid.querySelector(`li[data-id="${CSS.escape(fresh.dataset.id)}"]`);
    if (!item) continue;
    item.querySelector("a").dataset.full = fresh.querySelector("a").dataset.full;
    const [image, source] = [item.querySelector("img"), fresh.querySelector("img")];
    // A picture that is shown already stays; one that is still to be loaded needs a valid URL.
    if (image.complete && image.naturalWidth) continue;
    image.srcset = source.getAttribute("srcset");
    image.src = source.getAttribute("src");
  }
}
