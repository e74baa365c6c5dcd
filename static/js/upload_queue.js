// Uploading many pictures: chosen or dropped, looked up before they are sent, each with its
// own progress, the failed ones sent again on demand.

import { json } from "./http.js";
import { imageId } from "./image_id.js";
import { Line } from "./upload_item.js";
import { inTurn } from "./concurrency.js";
import { send } from "./upload_request.js";
import { word } from "./messages.js";

const AT_ONCE = 3;

export function enhance(form) {
  new Uploader(form);
}

class Uploader {
  constructor(form) {
    this.form = form;
    this.lines = [];
    this.looking = Promise.resolve();
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
      const next = this.in("waiting", "known");
      if (next.length) this.run(next);
      else this.picker.click();
    });
    this.retry.addEventListener("click", () => this.run(this.in("failed")));
    this.acceptDrops(form.querySelector("[data-drop]"));
    addEventListener("beforeunload", (event) => {
      if (this.in("sending").length) event.preventDefault();
    });
  }

  in(...states) {
    return this.lines.filter((line) => states.includes(line.state));
  }

  acceptDrops(zone) {
    const hint = document.createElement("p");
    hint.textContent = word("dropHere");
    this.picker.after(hint);
    // The browser's own button speaks the browser's language, and is small.
    this.picker.labels[0].textContent = word("choose");
    zone.classList.add("droppable");
    // A picture dropped beside the zone must not take the place of the page.
    for (const type of ["dragover", "drop"]) {
      addEventListener(type, (event) => event.preventDefault());
    }
    const highlight = (event) => zone.classList.toggle("over", event.type === "dragover");
    for (const type of ["dragover", "dragleave", "drop"]) zone.addEventListener(type, highlight);
    zone.addEventListener("drop", (event) => this.add(event.dataTransfer.files));
  }

  add(files) {
    for (const file of files) {
      const line = new Line(file, this.template, () => this.remove(line));
      this.lines.push(line);
      this.list.append(line.element);
      const most = Number(this.form.dataset.maxBytes);
      if (file.size > most) {
        line.become("refused", word("tooLarge"));
      } else {
        line.become("waiting");
        // One after the other: each is read into memory for its SHA-1.
        this.looking = this.looking.then(() => this.lookUp(line));
      }
    }
    this.report();
  }

  remove(line) {
    const at = this.lines.indexOf(line);
    this.lines.splice(at, 1);
    this.report();
    // Whoever clears the list by keys goes on with the line that stands there now.
    const beside = [...this.lines.slice(at), ...this.lines.slice(0, at).reverse()];
    (beside.find((other) => !other.button.hidden)?.button ?? this.picker).focus();
  }

  /** Ask whether the picture is there already, without sending it. */
  async lookUp(line) {
    try {
      line.id = await imageId(line.file);
      if (line.id === null) return;
      const url = `${this.form.dataset.known}?${new URLSearchParams({ id: line.id })}`;
      const picture = (await json(url)).files[0];
      if (!picture || line.state !== "waiting") return;
      line.link(picture);
      line.become("known", word("isThere"));
    } catch (error) {
      // Sending it will tell what is wrong.
      console.info(line.file.name, error);
    }
  }

  async run(lines) {
    this.submit.disabled = true;
    await this.looking;
    for (const line of lines) if (line.state === "failed") line.become("waiting");
    await inTurn(lines, AT_ONCE, (line) => this.upload(line));
    this.submit.disabled = false;
    this.report();
    if (this.in("failed").length) this.retry.focus();
  }

  async upload(line) {
    if (!this.lines.includes(line)) return; // taken from the list meanwhile
    const isKnown = line.state === "known";
    const { signal } = line.controller;
    line.become("sending");
    this.report();
    try {
      await readable(line.file);
      const body = this.body(line, isKnown);
      const progress = (share) => line.advance(share);
      const url = isKnown ? this.form.dataset.known : this.form.getAttribute("action");
      line.succeed(await send(url, body, { progress, signal }));
    } catch (error) {
      if (!signal.aborted) line.become("failed", error.message);
    }
    this.report();
  }

  /** What the form says of all pictures, and this one; of one that is there only its ID. */
  body(line, isKnown) {
    const body = new FormData(this.form);
    body.delete("uploadfile");
    if (isKnown) {
      body.set("id", line.id);
      body.set("filename", line.file.name);
    } else {
      body.set("uploadfile", line.file, line.file.name);
    }
    return body;
  }

  report() {
    this.status.textContent = this.lines.length ? this.summary() : "";
    this.retry.hidden = !this.in("failed").length || this.in("sending").length > 0;
  }

  summary() {
    const count = this.lines.length;
    const failed = this.in("failed", "refused").length;
    const done = this.in("done").length;
    if (failed) return word("progressFailed", { done, count, failed });
    if (this.in("waiting", "known").length === count) return word("selected", { count });
    return word("progress", { done, count });
  }
}

/** Throws for a folder, and for a file that has gone: to a request it seems the site has. */
async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (error) {
    throw new Error(word("notRead"), { cause: error });
  }
}
