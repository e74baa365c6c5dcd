// Correct the content box of a picture by dragging its edges or with the arrow keys, with a preview.
// Nothing is stored before the form is sent.

const STEP = 0.5; // percent per key press; ten times as much with shift
const SMALLEST = 0.1; // percent between opposite edges
const MARGIN = 0.07; // of the previews, as in 150x150=7
const SIDES = ["left", "top", "right", "bottom"];
const OPPOSITE = { left: "right", top: "bottom", right: "left", bottom: "top" };
const ARROWS = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowUp: ["y", -1], ArrowDown: ["y", 1] };

export function enhance(frame) {
  const section = frame.closest("details");
  const picture = frame.querySelector("img");
  const fields = Object.fromEntries(
    SIDES.map((side) => [side, section.querySelector(`[name=${side}]`)]),
  );
  const handles = Object.fromEntries(SIDES.map((side) => [side, addHandle(side)]));
  const previews = [...section.querySelectorAll("[data-paddings] .padding")];

  for (const field of Object.values(fields)) field.addEventListener("input", show);
  draw();

  /** Add the handle of one edge; return it. */
  function addHandle(side) {
    const handle = document.createElement("span");
    handle.className = `content-handle edge-${side}`;
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", fields[side].labels[0].textContent);
    handle.setAttribute("aria-orientation", axis(side) === "x" ? "horizontal" : "vertical");
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) moveTo(side, positionOf(event, side));
    });
    handle.addEventListener("keydown", (event) => {
      if (event.key === "Enter") return fields[side].form.requestSubmit();
      if (!ARROWS[event.key]) return;
      // Also across the edge, where the key would lead to another picture.
      event.preventDefault();
      const [along, direction] = ARROWS[event.key];
      if (along !== axis(side)) return;
      const step = event.shiftKey ? 10 * STEP : STEP;
      moveTo(side, Number(fields[side].value) + direction * step);
    });
    frame.append(handle);
    return handle;
  }

  function positionOf(event, side) {
    const box = picture.getBoundingClientRect();
    return axis(side) === "x"
      ? (100 * (event.clientX - box.left)) / box.width
      : (100 * (event.clientY - box.top)) / box.height;
  }

  /** Move an edge, never past the opposite one. */
  function moveTo(side, percent) {
    const [lowest, highest] = range(side);
    fields[side].value = Number(Math.min(Math.max(percent, lowest), highest).toFixed(1));
    show();
  }

  function range(side) {
    const other = Number(fields[OPPOSITE[side]].value);
    return side === "left" || side === "top" ? [0, other - SMALLEST] : [other + SMALLEST, 100];
  }

  function show() {
    draw();
    const box = Object.fromEntries(SIDES.map((side) => [side, fields[side].value / 100]));
    if (box.left < box.right && box.top < box.bottom) {
      for (const preview of previews) previewPadding(preview, frame, picture, box);
    }
  }

  function draw() {
    for (const side of SIDES) {
      const [lowest, highest] = range(side);
      frame.style.setProperty(`--${side}`, `${fields[side].value}%`);
      handles[side].setAttribute("aria-valuenow", fields[side].value);
      handles[side].setAttribute("aria-valuemin", lowest.toFixed(1));
      handles[side].setAttribute("aria-valuemax", highest.toFixed(1));
    }
  }
}

function axis(side) {
  return side === "left" || side === "right" ? "x" : "y";
}

/** Show what the server would show in a size with a margin, by placing the picture that is loaded. */
function previewPadding(preview, frame, picture, box) {
  const [width, height] = [Number(frame.dataset.width), Number(frame.dataset.height)];
  const [across, down] = [(box.right - box.left) * width, (box.bottom - box.top) * height];
  const room = 1 - 2 * MARGIN;
  const [boxWidth, boxHeight] = [preview.clientWidth, preview.clientHeight];
  const scale = Math.min(1, (room * boxWidth) / across, (room * boxHeight) / down);
  const image = preview.querySelector("img");
  if (image.src !== picture.src) image.src = picture.src;
  image.style.position = "absolute";
  image.style.maxWidth = "none";
  image.style.width = `${width * scale}px`;
  image.style.height = `${height * scale}px`;
  image.style.left = `${(boxWidth - across * scale) / 2 - box.left * width * scale}px`;
  image.style.top = `${(boxHeight - down * scale) / 2 - box.top * height * scale}px`;
  const cut = [box.top, 1 - box.right, 1 - box.bottom, box.left];
  image.style.clipPath = `inset(${cut.map((share) => `${100 * share}%`).join(" ")})`;
}
