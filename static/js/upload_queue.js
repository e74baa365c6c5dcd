// Upload many pictures: chosen or dropped, checked before they are sent, each with its own
// progress.  Failed uploads can be tried again.

import { runConcurrently } from "./concurrency.js";
import { fetchJson } from "./http.js";
import { imageId } from "./image_id.js";
import { message } from "./messages.js";
import { UploadItem } from "./upload_item.js";
import { UploadError, uploadFile } from "./upload_request.js";

const PARALLEL_UPLOADS = 3;

export async function enhance(form) {
  const queue = new UploadQueue(form);
  if ("shared" in form.dataset) {
    const { takeSharedFiles } = await import("./shared_files.js");
    queue.add(await takeSharedFiles());
  }
}

class UploadQueue {
  constructor(form) {
    this.form = form;
    this.items = [];
    this.lookups = Promise.resolve();
    this.template = document.querySelector("[data-upload-item]");
    this.list = document.querySelector("[data-upload-list]");
    this.status = document.querySelector("[data-upload-status]");
    this.retry = document.querySelector("[data-upload-retry]");
    this.submit = form.querySelector("button.main");
    this.picker = form.elements.uploadfile;
    this.picker.required = false;
    this.picker.addEventListener("change", () => {
      this.add(this.picker.files);
      this.picker.value = "";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const next = this.itemsIn("waiting", "known");
      if (next.length) this.run(next);
      else this.askForFiles();
    });
    this.retry.addEventListener("click", () => this.run(this.itemsIn("failed")));
    this.acceptDrops(form.querySelector("[data-drop]"));
    addEventListener("beforeunload", (event) => {
      if (this.itemsIn("sending").length) event.preventDefault();
    });
  }

  itemsIn(...states) {
    return this.items.filter((item) => states.includes(item.state));
  }

  askForFiles() {
    this.status.textContent = message("chooseFirst");
    this.picker.focus();
    this.picker.click();
  }

  /** Take files that are dropped or pasted anywhere on the page. */
  acceptDrops(zone) {
    for (const type of ["dragover", "dragleave", "drop"]) {
      addEventListener(type, (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        zone.classList.toggle("over", type === "dragover");
      });
    }
    addEventListener("drop", (event) => this.add(event.dataTransfer?.files ?? []));
    addEventListener("paste", (event) => {
      const files = event.clipboardData?.files ?? [];
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
  }

  add(files) {
    for (const file of files) {
      const item = new UploadItem(file, this.form, this.template, () => this.remove(item));
      this.items.push(item);
      this.list.append(item.element);
      if (file.size > Number(this.form.dataset.maxBytes)) {
        item.setState("refused", message("tooLarge"));
      } else {
        item.setState("waiting");
        // One after the other: each file is read into memory for its SHA-1.
        this.lookups = this.lookups.then(() => this.lookUp(item));
      }
    }
    this.report();
  }

  remove(item) {
    const shown = [...this.list.children].map((li) => this.items.find((one) => one.element === li));
    const at = shown.indexOf(item);
    const nearest = [...shown.slice(at + 1), ...shown.slice(0, at).reverse()];
    item.element.remove();
    this.items.splice(this.items.indexOf(item), 1);
    this.report();
    // The keyboard focus goes to the next entry, so that a list can be cleared by keys.
    (nearest.find((other) => !other.button.hidden)?.button ?? this.picker).focus();
  }

  /** Ask the site whether it has the picture already, without sending it. */
  async lookUp(item) {
    try {
      item.id = await imageId(item.file);
      if (item.id === null) return;
      const url = `${this.form.dataset.known}?${new URLSearchParams({ id: item.id })}`;
      const picture = (await fetchJson(url)).files[0];
      if (!picture || item.state !== "waiting") return;
      item.showPicture(picture);
      item.setState("known", message("isThere"));
    } catch (error) {
      // The upload itself will report what is wrong.
      console.info(item.file.name, error);
    }
  }

  async run(items) {
    this.submit.disabled = true;
    await this.lookups;
    for (const item of items) if (item.state === "failed") item.setState("waiting");
    await runConcurrently(items, PARALLEL_UPLOADS, (item) => this.upload(item));
    this.submit.disabled = false;
    this.report();
    const nextSteps = showNextSteps(this.form, this.itemsIn("done"));
    // The button lost the focus when it was disabled.  A field that is being filled in keeps it.
    if (!document.activeElement.matches("input, textarea")) {
      (this.retry.hidden ? nextSteps?.querySelector("h2") : this.retry)?.focus();
    }
    // The page shows the pictures, too.
    const isComplete = this.items.every((item) => item.state === "done");
    if ("reload" in this.form.dataset && isComplete) location.reload();
  }

  async upload(item) {
    if (!this.items.includes(item)) return; // removed while it was waiting
    const isKnown = item.state === "known";
    const { signal } = item.controller;
    item.setState("sending");
    this.report();
    try {
      await checkReadable(item.file);
      const body = this.formDataFor(item, isKnown);
      const onProgress = (share) => item.setProgress(share);
      const url = isKnown ? this.form.dataset.known : this.form.getAttribute("action");
      item.succeed(await uploadFile(url, body, { onProgress, signal }));
    } catch (error) {
      if (!signal.aborted) item.setState(error.isRetryable ? "failed" : "refused", error.message);
    }
    this.report();
  }

  /** The fields that apply to all pictures, and the file; only the ID of a known picture. */
  formDataFor(item, isKnown) {
    const body = new FormData(this.form);
    body.delete("uploadfile");
    for (const [name, value] of item.ownValues) body.set(name, value);
    if (isKnown) {
      body.set("id", item.id);
      body.set("filename", item.file.name);
    } else {
      body.set("uploadfile", item.file, item.file.name);
    }
    return body;
  }

  report() {
    this.showFailedFirst();
    this.status.textContent = this.items.length ? this.summary() : "";
    const isSending = this.itemsIn("sending").length > 0;
    this.retry.hidden = isSending || !this.itemsIn("failed").length;
  }

  showFailedFirst() {
    const failed = this.items.filter((item) => item.hasFailed);
    const others = this.items.filter((item) => !item.hasFailed);
    const focused = document.activeElement;
    [...failed, ...others].forEach(({ element }, index) => {
      const present = this.list.children[index];
      if (present !== element) this.list.insertBefore(element, present);
    });
    // An element that is moved loses the focus.
    if (this.list.contains(focused)) focused.focus({ preventScroll: true });
  }

  summary() {
    const count = this.items.length;
    const failed = this.items.filter((item) => item.hasFailed).length;
    const done = this.itemsIn("done").length;
    if (failed) return message("progressFailed", { done, count, failed });
    if (this.itemsIn("waiting", "known").length === count) return message("selected", { count });
    return message("progress", { done, count });
  }
}

/** Offer what is usually done with new pictures; return the section, or null if there are none. */
function showNextSteps(form, items) {
  const section = document.querySelector("[data-upload-next]");
  const ids = items.map((item) => item.pictureId);
  if (!section || !ids.length) return null;
  for (const next of section.querySelectorAll("form")) {
    next.querySelectorAll("[name=id]").forEach((field) => field.remove());
    for (const id of ids) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "id", value: id });
      next.append(field);
    }
  }
  const article = section.querySelector("[data-article]");
  const [number, ...others] = articleNumbers(form, items);
  article.hidden = !number || others.length > 0 || /[\s,;/]/.test(number);
  article.href = `${article.dataset.path}${encodeURIComponent(number)}/`;
  section.hidden = false;
  return section;
}

/** Return the article numbers that were entered, for all files or for one, each once. */
function articleNumbers(form, items) {
  const common = form.elements.artnr?.value ?? "";
  const entered = items.map((item) => new Map(item.ownValues).get("artnr") ?? common);
  return new Set(entered.map((number) => number.trim()).filter(Boolean));
}

/** Throw for a folder, and for a file that was moved: its upload would look like a lost connection. */
async function checkReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new UploadError(message("notRead"), false);
  }
}
