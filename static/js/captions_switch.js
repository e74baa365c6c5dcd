// The switch that shows captions on all pictures of a grid, not only below the pointer.

import { remember } from "./remembered.js";

export function enhance(box) {
  box.addEventListener("change", () => {
    document.querySelector("[data-grid]").classList.toggle("captions", box.checked);
    remember("captions", box.checked);
  });
}
