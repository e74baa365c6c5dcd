// Select pictures of a grid (a range with shift), and apply actions without leaving the page.

import { confirmAction } from "./confirm_dialog.js";
import { fetchJson } from "./http.js";
import { message } from "./messages.js";
import { notify, notifyError, reloadWithNotice } from "./toast.js";

const BOXES = ".pick input[type=checkbox]";
// These actions take the pictures out of the grid.
const REMOVING = new Set(["trash", "restore", "remove", "uncollect"]);
// These lead to another page, or to a file.
const LEAVING = new Set(["collect", "download"]);

export function enhance(form) {
  let last = null;
  const boxes = () => [...form.querySelectorAll(BOXES)];

  form.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches(BOXES)) return;
    if (event.shiftKey && last?.isConnected) checkRange(boxes(), last, box);
    last = box;
    showCount();
  });
  // In some browsers a click on a label with shift selects text.
  form.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".pick")) event.preventDefault();
  });
  form.addEventListener("change", showCount);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    clear();
  });
  form.addEventListener("submit", async (event) => {
    const action = event.submitter?.value;
    if (!action || LEAVING.has(action)) return;
    event.preventDefault();
    try {
      if (await confirmAction(event.submitter)) await apply(action);
    } catch (error) {
      notifyError(error.message);
    }
  });

  const output = form.querySelector("[data-selected]");
  const none = document.createElement("button");
  none.type = "button";
  none.className = "quiet small";
  none.textContent = message("selectNone");
  none.addEventListener("click", clear);
  output.after(none);
  showCount();

  function showCount() {
    const count = boxes().filter((box) => box.checked).length;
    output.textContent = count ? message("selected", { count }) : "";
  }

  function clear() {
    boxes().forEach((box) => (box.checked = false));
    showCount();
    // The bar disappears; if it had the focus, the focus goes to the grid.
    const hasFocus = form.querySelector(".grid").contains(document.activeElement);
    if (!hasFocus) last?.focus({ preventScroll: true });
  }

  async function apply(action) {
    const body = new FormData(form);
    body.set("action", action);
    // form.action would be the buttons named "action".
    const { done } = await fetchJson(form.getAttribute("action"), { method: "POST", body });
    if (REMOVING.has(action)) last = removeItems(boxes(), new Set(done));
    clear();
    const text = message(`done-${action}`, { count: done.length });
    const undo = action === "trash" ? undoRequest(form, done) : null;
    if (boxes().length) notify(text, undo);
    else reloadWithNotice(text, undo);
  }
}

/** Give all boxes between the two the state of `to`. */
function checkRange(boxes, from, to) {
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  boxes.slice(start, end + 1).forEach((box) => (box.checked = to.checked));
}

/** Remove pictures from the grid; return the box nearest to the last of them. */
function removeItems(boxes, ids) {
  const removed = boxes.filter((box) => ids.has(box.value));
  const from = boxes.indexOf(removed.at(-1));
  const nearest = [...boxes.slice(from + 1), ...boxes.slice(0, from + 1).reverse()];
  removed.forEach((box) => box.closest("li").remove());
  return nearest.find((box) => box.isConnected) ?? null;
}

/** Return the request that restores pictures from the trash. */
function undoRequest(form, ids) {
  const fields = ids.map((id) => ["id", id]);
  fields.push(["action", "restore"], ["csrf_token", form.elements.csrf_token.value]);
  return { url: form.dataset.undo, fields };
}
