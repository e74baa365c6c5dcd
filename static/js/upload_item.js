// One file in the list of those that are to be uploaded: what is shown of it, and its state.

import { word } from "./messages.js";

/** `state`: waiting, known (is there already), sending, done, failed, refused (for good). */
export class Line {
  constructor(file, template, onRemove) {
    this.file = file;
    this.id = null; // of the image, as soon as it is known
    this.state = "waiting";
    this.controller = new AbortController();
    this.element = template.content.firstElementChild.cloneNode(true);
    this.progress = this.part("progress");
    this.message = this.part("[data-message]");
    this.part("[data-name]").textContent = file.name;
    this.progress.setAttribute("aria-label", file.name);
    this.button = this.part("[data-cancel]");
    this.button.addEventListener("click", () => {
      this.controller.abort();
      this.element.remove();
      onRemove(this);
    });
    this.preview();
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  /** Browsers show what they can decode. */
  preview() {
    const image = this.part("img");
    const url = URL.createObjectURL(this.file);
    image.addEventListener("load", () => URL.revokeObjectURL(url));
    image.addEventListener("error", () => {
      URL.revokeObjectURL(url);
      image.style.visibility = "hidden";
    });
    image.src = url;
  }

  become(state, message = "") {
    this.state = state;
    this.element.dataset.state = state;
    this.element.classList.toggle("bad", state === "failed" || state === "refused");
    this.progress.hidden = state !== "sending";
    this.progress.value = 0;
    this.button.hidden = state === "done";
    this.button.textContent = word(state === "sending" ? "cancel" : "remove");
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.file.name}`);
    this.message.textContent = message;
  }

  advance(share) {
    this.progress.value = 100 * share;
    // All bytes are there; the site still looks at the picture.
    if (share === 1) this.progress.removeAttribute("value");
  }

  /** The picture is in: the name leads to it. */
  link(picture) {
    const link = document.createElement("a");
    link.href = picture.url;
    link.textContent = picture.title || this.file.name;
    this.part("[data-name]").replaceChildren(link);
    const image = this.part("img");
    image.style.visibility = "";
    image.src = picture.thumb;
  }

  succeed(picture) {
    this.link(picture);
    this.become("done", word(picture.new ? "uploaded" : "wasThere"));
  }
}
