// Select pictures of a grid (a range with shift, or a finger that rests), and apply actions without leaving the page.
// While something is selected, a click on a picture selects it, and Escape selects none.
// The tick "Select all" means everything that the list finds, also what was not loaded yet.

import { confirmAction } from "./confirm_dialog.js";
import { fetchJson } from "./http.js";
import { message } from "./messages.js";
import { notify, notifyError, reloadWithNotice } from "./toast.js";
import { onHold } from "./touch_range.js";

const BOXES = ".pick input[type=checkbox]";
// These actions take the pictures out of the grid.
const REMOVING = new Set(["trash", "restore", "remove", "uncollect"]);
// These lead to another page, or to a file.
const LEAVING = new Set(["collect", "download", "edit"]);

export function enhance(form) {
  let last = null;
  const boxes = () => [...form.querySelectorAll(BOXES)];
  const bar = form.querySelector(".actions");
  const everything = form.querySelector("[data-everything]");

  form.addEventListener("click", (event) => {
    const box = event.target.matches(BOXES) ? event.target : boxOfClickedPicture(event, form);
    if (!box) return;
    if (everything && !box.checked) everything.checked = false;
    if (event.shiftKey && last?.isConnected) checkRange(boxes(), last, box);
    last = box;
    showCount();
  });
  onHold(form, () => isSelecting(form), (item) => {
    const box = item.querySelector(BOXES);
    box.checked = true;
    if (last?.isConnected) checkRange(boxes(), last, box);
    last = box;
    showCount();
  });
  // In some browsers a click on a label with shift selects text.
  form.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".pick")) event.preventDefault();
  });
  form.addEventListener("change", showCount);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(BOXES)) return;
    // Enter in a field of a form would press its first button.
    event.preventDefault();
    const field = bar.querySelector("input:not([type=hidden])");
    (field ?? bar.querySelector("button[name=action]")).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !form.isConnected || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === "Escape" && isSelecting(form)) return clear();
    const isSelectAll = event.key === "a" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (!isSelectAll || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    event.preventDefault();
    selectAll(true);
  });
  if (everything) {
    everything.addEventListener("change", () => selectAll(everything.checked));
    // The list is sent instead of its pictures.
    form.addEventListener("formdata", ({ formData }) => everything.checked && formData.delete("id"));
    const loaded = new MutationObserver(() => everything.checked && selectAll(true));
    loaded.observe(form.querySelector("[data-grid]"), { childList: true });
  }
  form.addEventListener("submit", async (event) => {
    const action = event.submitter?.value;
    if (!action || LEAVING.has(action)) return;
    event.preventDefault();
    event.submitter.closest("[popover]")?.hidePopover();
    try {
      const { confirm, confirmEverything } = event.submitter.dataset;
      const question = everything?.checked ? confirmEverything : confirm;
      if (await confirmAction(event.submitter, question)) await apply(action);
    } catch (error) {
      notifyError(error.message);
    }
  });

  const output = form.querySelector("[data-selected]");
  const none = document.createElement("button");
  none.type = "button";
  none.className = "quiet none";
  none.textContent = "×";
  none.title = message("selectNone");
  none.setAttribute("aria-label", none.title);
  none.addEventListener("click", clear);
  output.after(none);
  showCount();

  function showCount() {
    const count = boxes().filter((box) => box.checked).length;
    output.textContent = count ? message("selected", { count }) : "";
    if (!everything?.checked) return;
    const found = Number(everything.dataset.count);
    output.textContent = found ? message("selected", { count: found }) : message("selectedAll");
  }

  function selectAll(isSelected) {
    if (everything) everything.checked = isSelected;
    boxes().forEach((box) => (box.checked = isSelected));
    showCount();
  }

  function clear() {
    const hadFocus = bar.contains(document.activeElement);
    selectAll(false);
    // The bar disappears; if it had the focus, the focus goes to the grid.
    if (hadFocus) last?.focus({ preventScroll: true });
  }

  async function apply(action) {
    const body = new FormData(form);
    body.set("action", action);
    // form.action would be the buttons named "action".
    const url = form.getAttribute("action");
    const { done, page } = await fetchJson(url, { method: "POST", body });
    // A list was changed by a job, which has a page.
    if (page) return location.assign(page);
    // After other actions the selection stays: the tags just added can be removed again.
    if (REMOVING.has(action)) {
      last = removeItems(boxes(), new Set(done));
      clear();
    }
    const text = message(`done-${action}`, { count: done.length });
    const undo = action === "trash" ? undoRequest(form, done) : null;
    if (boxes().length) notify(text, undo);
    else reloadWithNotice(text, undo);
  }
}

function isSelecting(form) {
  return form.querySelector(`${BOXES}:checked`) !== null;
}

/** Check or uncheck the picture of a click, if some are selected; return its box. */
function boxOfClickedPicture(event, form) {
  const item = event.target.closest(".grid a")?.closest("li");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!item || !isPlain || !isSelecting(form)) return null;
  event.preventDefault();
  const box = item.querySelector(BOXES);
  box.checked = !box.checked;
  return box;
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
