// The small picture of `data-thumbhash` behind a picture that is still loading.

import { thumbHashToDataURL } from "../vendor/thumbhash/thumbhash.js";

/** Show the placeholder; style sheets fade the picture in when it is loaded. */
export function enhance(element) {
  const picture = element.querySelector("img");
  if (!picture || picture.complete) return;
  const hash = Uint8Array.from(atob(element.dataset.thumbhash), (byte) => byte.charCodeAt(0));
  element.style.backgroundImage = `url(${thumbHashToDataURL(hash)})`;
  picture.classList.add("loading");
  const show = () => picture.classList.remove("loading");
  picture.addEventListener("load", show, { once: true });
  // The alternative text takes the place of a picture that cannot be loaded.
  picture.addEventListener("error", show, { once: true });
}
