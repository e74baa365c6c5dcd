// Set the focal point of a picture by a click or the arrow keys, with a preview of the crops.
// Nothing is stored before the form is sent.

const STEP = 2; // percent per key press; five times as much with shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function enhance(form) {
  const picture = form.querySelector("input[type=image]");
  const section = form.closest("details");
  const [x, y] = [section.querySelector("[name=x]"), section.querySelector("[name=y]")];
  const crops = [...section.querySelectorAll("[data-crops] img")];
  const dot = addDot(picture);

  picture.addEventListener("click", (event) => {
    event.preventDefault();
    // Enter and space click without coordinates: they store the point.
    if (event.detail === 0) return x.form.requestSubmit();
    const box = picture.getBoundingClientRect();
    const left = percent(event.clientX - box.left, box.width);
    movePoint(left, percent(event.clientY - box.top, box.height));
  });
  picture.addEventListener("keydown", (event) => {
    const direction = ARROWS[event.key];
    if (!direction) return;
    event.preventDefault();
    const step = event.shiftKey ? 5 * STEP : STEP;
    const left = clamp(Number(x.value) + direction[0] * step);
    movePoint(left, clamp(Number(y.value) + direction[1] * step));
  });
  for (const field of [x, y]) field.addEventListener("input", preview);
  section.addEventListener("toggle", () => section.open && moveDot());

  function movePoint(left, top) {
    x.value = left;
    y.value = top;
    preview();
  }

  function preview() {
    moveDot();
    for (const crop of crops) previewCrop(crop, picture, Number(x.value), Number(y.value));
  }

  function moveDot() {
    dot.hidden = false;
    dot.style.left = `${x.value}%`;
    dot.style.top = `${y.value}%`;
  }
}

/** Put a dot over the picture that marks the focal point; return it. */
function addDot(picture) {
  const frame = document.createElement("span");
  frame.className = "focal";
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.hidden = true;
  picture.before(frame);
  frame.append(picture, dot);
  return dot;
}

/** Show in `crop` what the server would crop, by shifting the picture that is loaded already. */
function previewCrop(crop, picture, x, y) {
  const [width, height] = [crop.width, crop.height];
  const scale = Math.max(width / picture.width, height / picture.height);
  const left = offset(x, picture.width * scale, width);
  const top = offset(y, picture.height * scale, height);
  crop.removeAttribute("srcset");
  if (crop.src !== picture.src) crop.src = picture.src;
  crop.style.objectFit = "cover";
  crop.style.objectPosition = `${-left}px ${-top}px`;
}

/** Return where a crop of length `part` starts that is centred on the point, within `whole`. */
function offset(position, whole, part) {
  return Math.min(Math.max((position / 100) * whole - part / 2, 0), whole - part);
}

function percent(distance, length) {
  return clamp(Math.round((distance / length) * 100));
}

function clamp(value) {
  return Math.min(Math.max(value, 0), 100);
}
