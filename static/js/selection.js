// Choosing pictures of a grid: a range with shift, all of them, how many, and what is done
// to them without leaving the page.

import { json } from "./http.js";
import { confirmed } from "./confirm_dialog.js";
import { tell, warn } from "./toast.js";
import { word } from "./messages.js";

const BOXES = ".pick input[type=checkbox]";
// After these actions the pictures are no longer in the grid.
const LEAVING = new Set(["trash", "restore", "remove"]);

export function enhance(form) {
  let last = null;
  const boxes = () => [...form.querySelectorAll(BOXES)];

  form.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches(BOXES)) return;
    if (event.shiftKey && last?.isConnected) choose(boxes(), last, box);
    last = box;
    count();
  });
  // A label with shift selects text in some browsers.
  form.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest(".pick")) event.preventDefault();
  });
  form.addEventListener("change", count);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    clear();
  });
  form.addEventListener("submit", async (event) => {
    const action = event.submitter?.value;
    if (!action || action === "download") return;
    event.preventDefault();
    try {
      if (await confirmed(event.submitter)) await act(action);
    } catch (error) {
      warn(error.message);
    }
  });

  const output = form.querySelector("[data-selected]");
  const none = document.createElement("button");
  none.type = "button";
  none.className = "quiet small";
  none.textContent = word("selectNone");
  none.addEventListener("click", clear);
  output.after(none);
  count();

  function count() {
    const chosen = boxes().filter((box) => box.checked).length;
    output.textContent = chosen ? word("selected", { count: chosen }) : "";
  }

  function clear() {
    boxes().forEach((box) => (box.checked = false));
    count();
    // The bar goes, and the focus would go with it.
    if (!form.querySelector(".grid").contains(document.activeElement)) last?.focus({ preventScroll: true });
  }

  async function act(action) {
    const body = new FormData(form);
    body.set("action", action);
    // Its buttons are named "action" as well, and hide the property of that name.
    const { done } = await json(form.getAttribute("action"), { method: "POST", body });
    if (LEAVING.has(action)) last = leave(boxes(), new Set(done));
    clear();
    tell(word(`done-${action}`, { count: done.length }));
    if (!boxes().length) location.reload();
  }
}

/** What was clicked with shift becomes of all boxes between the two. */
function choose(boxes, from, to) {
  const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  boxes.slice(start, end + 1).forEach((box) => (box.checked = to.checked));
}

/** Take the pictures out of the grid; returns the box nearest to where the last of them was. */
function leave(boxes, ids) {
  const gone = boxes.filter((box) => ids.has(box.value));
  const from = boxes.indexOf(gone.at(-1));
  const beside = [...boxes.slice(from + 1), ...boxes.slice(0, from + 1).reverse()];
  gone.forEach((box) => box.closest("li").remove());
  return beside.find((box) => box.isConnected) ?? null;
}
