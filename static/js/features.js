// Which script makes which part of a page nicer.  Only what a page needs is loaded.

const FEATURES = [
  ["form[data-renews]", () => import("./partial_update.js")],
  ["[data-load-more]", () => import("./load_more.js")],
  ["form[data-selection]", () => import("./selection.js")],
  ["input[data-tag-suggestions]", () => import("./tag_suggestions.js")],
  ["[data-edit-title]", () => import("./title_editor.js")],
  ["[data-focal-point]", () => import("./focal_point.js")],
  ["input[data-copy]", () => import("./copy_button.js")],
  ["[data-viewer]", () => import("./viewer.js")],
  ["dialog[data-keys]", () => import("./keyboard_shortcuts.js")],
  ["form[data-upload]", () => import("./upload_queue.js")],
];

/**
 * Make the parts below `root` nicer; call it for whatever comes into the page later.
 * Each module exports `enhance(element)`, which is called once for each element.
 */
export async function enhance(root) {
  await Promise.all(
    FEATURES.map(async ([selector, load]) => {
      const elements = root.querySelectorAll(selector);
      if (elements.length === 0) return;
      const feature = await load();
      elements.forEach(feature.enhance);
    }),
  );
}
