// Every page works without scripts; each script enhances one part of a page.

import { enhanceAll } from "./features.js";

await enhanceAll(document);
// An installed app takes pictures from the share menu, also before its first upload.
const worker = document.querySelector("a[data-share-worker]");
if (worker && matchMedia("(display-mode: standalone)").matches) {
  (await import("./shared_files.js")).enhance(worker);
}
// The cookie has the language now; a copied link must not choose it for other people.
const here = new URL(location.href);
if (here.searchParams.has("lang")) {
  here.searchParams.delete("lang");
  history.replaceState(history.state, "", here);
}
// A notice stored before the page was loaded again; the page itself may need no toast.
if (sessionStorage.getItem("huimages-notice")) await import("./toast.js");
// The browser tests wait for this attribute.
document.documentElement.dataset.scripts = "ready";
