// The pictures of the next page are appended to the grid when "Load more" comes near the window,
// or is clicked.  After some pages only a click goes on, so that the footer can be reached.

import { runConcurrently } from "./concurrency.js";
import { fetchPage } from "./http.js";
import { message } from "./messages.js";
import { notifyError } from "./toast.js";

const PARALLEL_REQUESTS = 4;
const AUTOMATIC_PAGES = 5; // loaded without a click, since the last one
const NEAR = "600px";

let restored = null;
let automatic = AUTOMATIC_PAGES;

export async function enhance(link, enhanceAll) {
  let isClicked = false;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    isClicked = true;
    automatic = AUTOMATIC_PAGES;
    load();
  });

  async function load() {
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    try {
      const { href } = link;
      const added = append(await fetchPage(href), enhanceAll);
      rememberPages([...rememberedPages(), href]);
      announce(message("loaded", { count: added.length }));
      // A clicked link had the focus, and is gone.
      if (isClicked) added[0]?.querySelector("a").focus({ preventScroll: true });
    } catch (error) {
      notifyError(error.message);
      link.ariaBusy = null;
    }
  }

  await (restored ??= restore(enhanceAll));
  watch(link, load);
}

/** Call `load` when the link comes near the window. */
function watch(link, load) {
  if (navigator.connection?.saveData) return;
  const observer = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting || automatic <= 0) return;
      observer.disconnect();
      automatic -= 1;
      load();
    },
    { rootMargin: `0px 0px ${NEAR} 0px` },
  );
  observer.observe(link);
}

/** Have screen readers say what can be seen. */
function announce(text) {
  let status = document.querySelector("[data-loaded]");
  if (!status) {
    status = document.createElement("p");
    Object.assign(status, { className: "hidden", role: "status" });
    status.dataset.loaded = "";
    document.querySelector(".paging").after(status);
  }
  status.textContent = text;
}

/** Append the pictures of `page` to the grid; return those that were not there yet. */
function append(page, enhanceAll) {
  const grid = document.querySelector("[data-grid]");
  const pictures = [...(page.querySelector("[data-grid]")?.children ?? [])];
  const present = new Set([...grid.querySelectorAll("a")].map((link) => link.pathname));
  const fresh = pictures.filter((item) => !present.has(item.querySelector("a").pathname));
  grid.append(...fresh);
  const paging = document.querySelector(".paging");
  paging.querySelector("[rel=next]")?.remove();
  const next = page.querySelector(".paging [rel=next]");
  if (next) paging.append(document.adoptNode(next));
  enhanceAll(paging);
  return fresh;
}

// The history entry keeps which pages were loaded and which picture was where in the window, so
// that the browser's Back button leads to the same position.

function rememberedPages() {
  return history.state?.pages ?? [];
}

function rememberPages(pages) {
  history.scrollRestoration = "manual";
  history.replaceState({ ...history.state, pages }, "");
}

function rememberPosition() {
  if (!rememberedPages().length) return;
  const items = [...document.querySelectorAll("[data-grid] > li")];
  const item = items.find((one) => one.getBoundingClientRect().bottom > 0) ?? items.at(-1);
  if (!item) return;
  const position = {
    path: item.querySelector("a").pathname,
    top: item.getBoundingClientRect().top,
    scrollY,
  };
  history.replaceState({ ...history.state, position }, "");
}

/** After the Back button: load the same pages again and scroll to the same picture. */
async function restore(enhanceAll) {
  addEventListener("pagehide", rememberPosition);
  const { pages = [], position } = history.state ?? {};
  if (!pages.length) return;
  const loaded = new Map();
  try {
    await runConcurrently(pages, PARALLEL_REQUESTS, async (href) => {
      loaded.set(href, await fetchPage(href));
    });
  } catch (error) {
    notifyError(error.message);
  }
  // In their order, up to the first that could not be loaded.
  const missing = pages.findIndex((href) => !loaded.has(href));
  const complete = missing < 0 ? pages : pages.slice(0, missing);
  for (const href of complete) append(loaded.get(href), enhanceAll);
  rememberPages(complete);
  if (position) scrollToPosition(position);
}

function scrollToPosition({ path, top, scrollY }) {
  const links = [...document.querySelectorAll("[data-grid] > li > a")];
  const item = links.find((link) => link.pathname === path)?.closest("li");
  const y = item ? window.scrollY + item.getBoundingClientRect().top - top : scrollY;
  scrollTo({ top: y, behavior: "instant" });
}
