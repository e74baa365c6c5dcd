// The rail of years and months beside a list by time, where the window has room for it.  Elsewhere
// the link leads to the same dates as a page.

import { fetchPage } from "./http.js";

const MOST_YEARS = 20; // that fit beside a list; the page has the others

export function enhance(link) {
  if (matchMedia("(width >= 64rem)").matches) showRail(link); // other scripts do not wait for it
}

async function showRail(link) {
  await pageIsShown();
  let page;
  try {
    page = await fetchPage(link.href);
  } catch {
    return; // the link leads to the same dates, and to the reason why there are none
  }
  const dates = page.querySelector("[data-years]");
  if (!dates || dates.querySelectorAll("li li").length < 2) return;
  const years = [...dates.querySelectorAll(":scope > ul > li")];
  for (const year of years.slice(MOST_YEARS)) year.remove();
  markCurrent(dates);
  dates.classList.add("rail");
  document.querySelector("main").append(document.adoptNode(dates));
}

/** Wait until the pictures of the page are loaded: the rail must not delay them. */
function pageIsShown() {
  if (document.readyState === "complete") return;
  return new Promise((resolve) => addEventListener("load", resolve, { once: true }));
}

/** Mark the year and the month at which this page begins. */
function markCurrent(dates) {
  const at = new URLSearchParams(location.search).get("at");
  if (!at) return;
  for (const link of dates.querySelectorAll("a")) {
    const own = new URL(link.getAttribute("href"), location.href).searchParams.get("at");
    if (own === at || own === at.slice(0, 4)) link.ariaCurrent = own === at ? "true" : "location";
  }
}
