// "Load more": the pictures of the next page come below those that are here.

import { page } from "./http.js";
import { enhance as enhanceAll } from "./features.js";
import { tell, warn } from "./toast.js";
import { word } from "./messages.js";

// Of a page somebody comes back to, so many pages are loaded again.
const MOST_AGAIN = 10;

let restored = false;

export function enhance(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    try {
      const first = await more(link);
      first?.querySelector("a").focus({ preventScroll: true });
    } catch (error) {
      warn(error.message);
      link.ariaBusy = null;
    }
  });
  restore(link);
}

/** Load the page that `link` leads to; returns the first of its pictures. */
async function more(link) {
  const grid = document.querySelector("[data-grid]");
  const paging = link.closest(".paging");
  const next = await page(link.href);
  const pictures = [...(next.querySelector("[data-grid]")?.children ?? [])];
  const here = new Set([...grid.querySelectorAll("a")].map((known) => known.pathname));
  const fresh = pictures.filter((item) => !here.has(item.querySelector("a").pathname));
  grid.append(...fresh);
  renewPaging(paging, next);
  history.replaceState({ ...history.state, pages: (history.state?.pages ?? 0) + 1 }, "");
  tell(word("loaded", { count: fresh.length }));
  await enhanceAll(paging);
  return fresh[0];
}

/** The way on is that of the new page; the way back stays ours. */
function renewPaging(paging, next) {
  paging.querySelector("[rel=next]").remove();
  const onward = next.querySelector(".paging [rel=next]");
  if (onward) paging.append(document.adoptNode(onward));
}

/** Somebody came back: show as much as was shown, where it was shown. */
async function restore(link) {
  if (restored) return;
  restored = true;
  addEventListener("pagehide", () => {
    if (history.state?.pages) history.replaceState({ ...history.state, top: scrollY }, "");
  });
  const { pages = 0, top } = history.state ?? {};
  if (!pages) return;
  history.replaceState({ ...history.state, pages: 0 }, "");
  for (let i = 0; i < Math.min(pages, MOST_AGAIN) && link; i += 1) {
    await more(link).catch((error) => warn(error.message));
    link = document.querySelector("[data-load-more]");
  }
  scrollTo({ top, behavior: "instant" });
}
