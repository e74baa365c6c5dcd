// The focal point of a picture: set by a click or the arrow keys; the crops show at once
// what they will be.  Nothing is stored before the form is sent.

const STEP = 2; // percent for a press of an arrow key; with shift five times that
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function enhance(form) {
  const picture = form.querySelector("input[type=image]");
  const part = form.closest("details");
  const [x, y] = [part.querySelector("[name=x]"), part.querySelector("[name=y]")];
  const crops = [...part.querySelectorAll("[data-crops] img")];
  const dot = mark(picture);

  picture.addEventListener("click", (event) => {
    event.preventDefault();
    // A key has no place.
    if (event.detail === 0) return x.form.requestSubmit();
    const box = picture.getBoundingClientRect();
    set(share(event.clientX - box.left, box.width), share(event.clientY - box.top, box.height));
  });
  picture.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? 5 * STEP : STEP;
    set(within(Number(x.value) + way[0] * step), within(Number(y.value) + way[1] * step));
  });
  for (const field of [x, y]) field.addEventListener("input", preview);
  part.addEventListener("toggle", () => part.open && moveDot());

  function set(left, top) {
    x.value = left;
    y.value = top;
    preview();
  }

  function preview() {
    moveDot();
    for (const crop of crops) show(crop, picture, Number(x.value), Number(y.value));
  }

  function moveDot() {
    dot.hidden = false;
    dot.style.left = `${x.value}%`;
    dot.style.top = `${y.value}%`;
  }
}

/** The dot over the picture that says where the point is. */
function mark(picture) {
  const frame = document.createElement("span");
  frame.className = "focal";
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.hidden = true;
  picture.before(frame);
  frame.append(picture, dot);
  return dot;
}

/** Show in `crop` what the server would cut around the point, from the picture that is here. */
function show(crop, picture, x, y) {
  const [width, height] = [crop.width, crop.height];
  const scale = Math.max(width / picture.width, height / picture.height);
  const left = offset(x, picture.width * scale, width);
  const top = offset(y, picture.height * scale, height);
  crop.removeAttribute("srcset");
  if (crop.src !== picture.src) crop.src = picture.src;
  crop.style.objectFit = "cover";
  crop.style.objectPosition = `${-left}px ${-top}px`;
}

/** Where a part of that length begins that lies around the point, within the whole. */
function offset(percent, whole, part) {
  return Math.min(Math.max((percent / 100) * whole - part / 2, 0), whole - part);
}

function share(distance, length) {
  return within(Math.round((distance / length) * 100));
}

function within(percent) {
  return Math.min(Math.max(percent, 0), 100);
}
