// Sort pictures: drag them by their handles, or press arrow keys on a handle.  A mouse drags the
// picture, too; a finger on it scrolls the page.
//
//   <ol data-sortable="#order"> <li data-id="ID"> … <button data-handle> …
//
// The form `#order` saves the IDs in its field `order`.  If it has the fields `id`, `before` and
// `after`, they name the item that was moved and its new neighbour.  If it has `offset`, that is the
// number of items before the list, of `data-count` in all.

import { message } from "./messages.js";

const KEY_PAUSE = 700; // ms after the last key, so that several steps are saved as one change
const DRAG_DISTANCE = 6; // px that a mouse moves before a press on a picture is no click

export function enhance(list) {
  if (list.dataset.sortable) new SortableList(list);
}

class SortableList {
  constructor(list) {
    this.list = list;
    this.form = document.querySelector(list.dataset.sortable);
    this.status = document.querySelector("[data-moved]");
    this.timer = null;
    for (const handle of list.querySelectorAll("[data-handle]")) {
      const item = handle.closest("li");
      const picture = item.querySelector(".picture");
      handle.addEventListener("pointerdown", (event) => {
        if (event.button === 0) this.drag(event.pointerId, handle, item);
      });
      picture.addEventListener("pointerdown", (event) => {
        const isMouse = event.button === 0 && event.pointerType === "mouse";
        if (isMouse) this.dragWhenMoved(event, picture, item);
      });
      handle.addEventListener("keydown", (event) => this.press(event, handle, item));
      handle.addEventListener("blur", () => this.saveLater(0));
    }
  }

  get items() {
    return [...this.list.children];
  }

  /** Drag a picture that is a link: a press without movement stays a click. */
  dragWhenMoved({ clientX, clientY }, picture, item) {
    const watch = new AbortController();
    const { signal } = watch;
    // Of the window: a fast movement leaves the picture before its first event.
    addEventListener("pointerup", () => watch.abort(), { signal });
    addEventListener("pointercancel", () => watch.abort(), { signal });
    const move = (event) => {
      if (Math.hypot(event.clientX - clientX, event.clientY - clientY) < DRAG_DISTANCE) return;
      watch.abort();
      this.drag(event.pointerId, picture, item);
      preventNextClick(picture);
    };
    addEventListener("pointermove", move, { signal });
  }

  drag(pointerId, handle, item) {
    const before = this.items;
    // Captured, so that the end of the movement is seen even outside of the window.  The capture
    // would end if the dragged item itself were moved in the document.
    handle.setPointerCapture(pointerId);
    item.classList.add("moving");
    const move = ({ clientX, clientY }) => this.moveTo(item, clientX, clientY);
    const end = (event) => {
      handle.removeEventListener("pointermove", move);
      item.classList.remove("moving");
      if (event.type === "pointercancel") this.restore(before);
      else this.save();
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end, { once: true });
    handle.addEventListener("pointercancel", end, { once: true });
  }

  /** Put an item where the pointer is: in place of the item below it. */
  moveTo(item, x, y) {
    const target = document.elementFromPoint(x, y)?.closest("[data-sortable] > li");
    const index = this.items.indexOf(target);
    if (target !== item && index >= 0) this.place(item, index);
  }

  /** Move all other items, so that this one keeps the focus and the pointer. */
  place(item, index) {
    this.moved = item;
    const others = this.items.filter((other) => other !== item);
    this.list.append(...others.slice(index));
    this.list.prepend(...others.slice(0, index));
  }

  press(event, handle, item) {
    const index = this.items.indexOf(item);
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const last = this.items.length - 1;
    const target = { Home: 0, End: last }[event.key] ?? index + (steps[event.key] ?? NaN);
    if (Number.isNaN(target)) return;
    event.preventDefault();
    const position = Math.min(Math.max(target, 0), last);
    if (position === index) return;
    this.place(item, position);
    const offset = Number(this.form.elements.offset?.value ?? 0);
    const count = this.list.dataset.count ?? last + 1;
    this.status.textContent = message("movedTo", { position: offset + position + 1, count });
    item.scrollIntoView({ block: "nearest" });
    this.saveLater(KEY_PAUSE);
  }

  saveLater(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  restore(items) {
    this.list.append(...items);
  }

  order() {
    return this.items.map((item) => item.dataset.id).join(" ");
  }

  /** The item before the moved one counts only where none follows: lists may be parts of longer ones. */
  nameNeighbour() {
    const { id, before, after } = this.form.elements;
    const { nextElementSibling: next, previousElementSibling: previous } = this.moved;
    id.value = this.moved.dataset.id;
    before.value = next?.dataset.id ?? "";
    after.value = next ? "" : (previous?.dataset.id ?? "");
  }

  save() {
    clearTimeout(this.timer);
    const field = this.form.elements.order;
    if (!this.list.isConnected || field.value === this.order()) return;
    field.value = this.order();
    if (this.form.elements.before) this.nameNeighbour();
    this.form.requestSubmit();
  }
}

/** The end of a drag is a click on the link, unless the browser ends the drag in another way. */
function preventNextClick(link) {
  const prevent = (event) => event.preventDefault();
  link.addEventListener("click", prevent, { once: true });
  const remove = () => setTimeout(() => link.removeEventListener("click", prevent));
  link.addEventListener("lostpointercapture", remove, { once: true });
}
