// Forms that change a part of their page without leaving it.  `data-renews` names the parts:
//
//   <form method="post" data-renews=".tags, .snippets" …>
//
// The form is sent as it would be without scripts; of the page it leads to, the named parts
// take the place of those here.

import { page } from "./http.js";
import { enhance as enhanceAll } from "./features.js";
import { tell, warn } from "./toast.js";

export function enhance(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "true";
    try {
      await submit(form, event.submitter);
    } catch (error) {
      warn(error.message);
    } finally {
      delete form.dataset.busy;
    }
  });
}

async function submit(form, submitter) {
  const body = new FormData(form, submitter);
  const answer = await page(form.getAttribute("action"), { method: "POST", body });
  await renew(form.dataset.renews, answer);
  const notice = answer.querySelector(".note");
  if (notice) tell(notice.textContent);
}

/** Put the contents of the parts that `selectors` names in place of ours. */
async function renew(selectors, answer) {
  const parts = selectors.split(",").map((text) => text.trim());
  // Some other page, perhaps that of signing in: the browser shows what it is now.
  if (!parts.some((selector) => answer.querySelector(selector))) return location.reload();
  for (const selector of parts) {
    const ours = document.querySelector(selector);
    const theirs = answer.querySelector(selector);
    if (!ours || !theirs) continue;
    const focused = ours.contains(document.activeElement) ? trace(document.activeElement) : null;
    ours.replaceChildren(...document.adoptNode(theirs).childNodes);
    await enhanceAll(ours);
    if (focused !== null) focusable(ours.querySelector(focused), ours).focus();
  }
  document.title = answer.title;
}

/** A selector for the element that will stand where this one stood. */
function trace(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const named = element.name ? `[name="${CSS.escape(element.name)}"]` : "";
  const several = named && element.form?.querySelectorAll(named).length > 1;
  const value = several ? `[value="${CSS.escape(element.value)}"]` : "";
  const key = element.dataset.key ? `[data-key="${CSS.escape(element.dataset.key)}"]` : "";
  return element.localName + named + value + key;
}

/** The element, or the nearest to it that can have the focus. */
function focusable(element, part) {
  if (element?.checkVisibility()) return element;
  const near = element?.closest("details")?.querySelector("summary");
  return near ?? part.querySelector("input:not([type=hidden]), button, a[href], summary") ?? part;
}
