// One file in the upload queue: its state, and its entry in the list.

import { message } from "./messages.js";

/**
 * `state` is one of: waiting, known (the site has the picture already), sending, done,
 * failed (may be tried again), refused (final).
 */
export class UploadItem {
  constructor(file, form, template, onRemove) {
    this.file = file;
    this.id = null; // the ID of the picture, once it is known
    this.state = "waiting";
    this.controller = new AbortController();
    this.element = template.content.firstElementChild.cloneNode(true);
    this.progress = this.part("progress");
    this.text = this.part("[data-message]");
    this.part("[data-name]").textContent = file.name;
    this.progress.setAttribute("aria-label", file.name);
    this.button = this.part("[data-cancel]");
    this.button.addEventListener("click", () => {
      this.controller.abort();
      onRemove(this);
    });
    this.prepareOwnFields(form);
    this.showPreview();
  }

  /** Keep the fields for one file that the form has for all, too. */
  prepareOwnFields(form) {
    this.ownFields = [...this.element.querySelectorAll("[data-own-field]")];
    for (const field of this.ownFields) {
      if (!form.elements[field.dataset.ownField]) field.remove();
      field.setAttribute("aria-label", `${field.placeholder}: ${this.file.name}`);
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault(); // it would send all files
        // Without this way the button would be three more Tabs away for each file that follows.
        if (event.ctrlKey || event.metaKey) form.requestSubmit();
      });
    }
  }

  /** Return what was entered for this file alone, as pairs of name and value. */
  get ownValues() {
    const filled = this.ownFields.filter((field) => field.isConnected && field.value.trim());
    return filled.map((field) => [field.dataset.ownField, field.value]);
  }

  get hasFailed() {
    return this.state === "failed" || this.state === "refused";
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  /** Show the picture, if the browser can decode it. */
  showPreview() {
    const image = this.part("img");
    const url = URL.createObjectURL(this.file);
    image.addEventListener("load", () => URL.revokeObjectURL(url));
    image.addEventListener("error", () => {
      URL.revokeObjectURL(url);
      image.style.visibility = "hidden";
    });
    image.src = url;
  }

  setState(state, text = "") {
    this.state = state;
    this.element.dataset.state = state;
    this.element.classList.toggle("bad", this.hasFailed);
    this.progress.hidden = state !== "sending";
    this.progress.value = 0;
    this.button.hidden = state === "done";
    this.button.textContent = message(state === "sending" ? "cancel" : "remove");
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.file.name}`);
    this.text.textContent = text;
  }

  setProgress(share) {
    this.progress.value = 100 * share;
    // All bytes are sent, and the site examines the picture: show an indeterminate bar.
    if (share === 1) this.progress.removeAttribute("value");
  }

  /** Link the name to the page of the stored picture. */
  showPicture(picture) {
    const link = document.createElement("a");
    link.href = picture.url;
    link.textContent = picture.title || this.file.name;
    this.part("[data-name]").replaceChildren(link);
    const image = this.part("img");
    image.style.visibility = "";
    image.src = picture.thumb;
  }

  /** Name the pictures that look like the stored one. */
  showSimilar(pictures) {
    if (!pictures.length) return;
    const line = document.createElement("span");
    line.className = "similar";
    line.append(`${message("looksLike")} `);
    for (const { url, title, number, note } of pictures) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = title;
      const entry = document.createElement("span");
      entry.append(link, ` ${[number, note].filter(Boolean).join(", ")}`);
      line.append(entry);
    }
    this.element.append(line);
  }

  succeed(picture) {
    this.pictureId = picture.id;
    this.showPicture(picture);
    this.setState("done", message(picture.new ? "uploaded" : "wasThere"));
    this.showSimilar(picture.alike);
  }
}
