// Send forms without leaving the page.  `data-renews` names the parts of the page that change:
//
//   <form method="post" data-renews=".tags, #snippets" …>
//
// The form is sent as it would be without scripts.  The named parts of the page that the
// response redirects to replace the same parts of this page.  A form with `data-live` is also sent
// when one of its lists changes.

import { fetchPage } from "./http.js";
import { notify, notifyError } from "./toast.js";

export function enhance(form, enhanceAll) {
  if ("live" in form.dataset) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select")) form.requestSubmit();
    });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "true";
    try {
      await submit(form, event.submitter, enhanceAll);
    } catch (error) {
      const conflict = error.page?.querySelector("[data-conflict]");
      if (conflict) showConflict(conflict);
      else notifyError(error.message);
    } finally {
      delete form.dataset.busy;
    }
  });
}

async function submit(form, submitter, enhanceAll) {
  const page = await responseTo(form, new FormData(form, submitter));
  await renew(form.dataset.renews, page, enhanceAll);
  const notice = page.querySelector("[data-notice]");
  if (notice) notify(notice.textContent);
}

function responseTo(form, body) {
  const url = form.getAttribute("action");
  if (form.method === "post") return fetchPage(url, { method: "POST", body });
  return fetchPage(`${url.split("#")[0]}?${new URLSearchParams(body)}`);
}

/** Replace the contents of the parts that `selectors` names by those of `page`. */
export async function renew(selectors, page, enhanceAll) {
  const parts = selectors.split(",").map((text) => text.trim());
  // Another page, for example the sign-in form: load this page again.
  if (!parts.some((selector) => page.querySelector(selector))) return location.reload();
  for (const selector of parts) {
    const current = document.querySelector(selector);
    const fresh = page.querySelector(selector);
    if (!current || !fresh) continue;
    const active = document.activeElement;
    const focused = current.contains(active) ? selectorOf(active) : null;
    current.replaceChildren(...document.adoptNode(fresh).childNodes);
    await enhanceAll(current);
    if (focused !== null) focusable(current.querySelector(focused), current).focus();
  }
  document.title = page.title;
}

/** Return a selector that finds the counterpart of an element in the new content. */
function selectorOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const named = element.name ? `[name="${CSS.escape(element.name)}"]` : "";
  const several = named && element.form?.querySelectorAll(named).length > 1;
  const value = several ? `[value="${CSS.escape(element.value)}"]` : "";
  const key = element.dataset.key ? `[data-key="${CSS.escape(element.dataset.key)}"]` : "";
  return element.localName + named + value + key;
}

/** Return the element, or the nearest element of the part that can have the focus. */
function focusable(element, part) {
  if (element?.checkVisibility()) {
    // "To the front" is disabled once it has moved its picture there.
    return element.disabled ? element.parentElement.querySelector("button:enabled") : element;
  }
  const summary = element?.closest("details")?.querySelector("summary");
  return summary ?? part.querySelector("input:not([type=hidden]), button, a[href], summary") ?? part;
}

/** Another editor changed the same field: show both values, and the forms to choose one. */
function showConflict(section) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", section.getAttribute("aria-labelledby"));
  dialog.append(document.adoptNode(section));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
