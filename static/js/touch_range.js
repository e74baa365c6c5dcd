// While pictures are being selected, a finger that rests on one selects all up to it, as shift does
// for a mouse.

const HOLD = 500; // ms, as long as the browsers take for their menu
const TREMBLE = 10; // px that a resting finger may move

/** Call `select` with the item of the grid that a finger rests on, while `isSelecting()`. */
export function onHold(form, isSelecting, select) {
  let timer;
  let start = null;
  let isHeld = false;
  const cancel = () => clearTimeout(timer);

  form.addEventListener("pointerdown", (event) => {
    cancel();
    isHeld = false;
    const item = event.target.closest(".grid li");
    if (event.pointerType !== "touch" || !event.isPrimary || !item || !isSelecting()) return;
    start = event;
    timer = setTimeout(() => {
      isHeld = true;
      select(item);
    }, HOLD);
  });
  form.addEventListener("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > TREMBLE) cancel();
  });
  form.addEventListener("pointerup", cancel);
  form.addEventListener("pointercancel", cancel); // the page scrolls
  form.addEventListener("contextmenu", (event) => {
    if (event.pointerType === "touch" && isSelecting() && event.target.closest(".grid li")) event.preventDefault();
  });
  // The finger is lifted.
  form.addEventListener(
    "click",
    (event) => {
      if (!isHeld || !event.target.closest(".grid li")) return;
      isHeld = false;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}
