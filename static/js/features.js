// Which script enhances which elements.  A page loads only the scripts it needs.

const FEATURES = [
  ["form[data-renews]", () => import("./partial_update.js")],
  ["[data-thumbhash]", () => import("./placeholder.js")],
  ["[data-load-more]", () => import("./load_more.js")],
  ["details[data-filters]", () => import("./filter_counts.js")],
  ["a[data-dates]", () => import("./date_rail.js")],
  [".grid", () => import("./view_transition.js")],
  ["input[data-captions]", () => import("./captions_switch.js")],
  ["form[data-selection]", () => import("./selection.js")],
  ["[data-saved-searches]", () => import("./saved_searches.js")],
  ["input[data-suggestions]", () => import("./search_suggestions.js")],
  ["input[data-tag-suggestions]", () => import("./tag_suggestions.js")],
  ["[data-edit-title]", () => import("./title_editor.js")],
  ["[data-focal-point]", () => import("./focal_point.js")],
  ["[data-content-box]", () => import("./content_box.js")],
  ["input[data-copy]", () => import("./copy_button.js")],
  ["details.section", () => import("./remembered_section.js")],
  ["[data-opens]", () => import("./section_link.js")],
  ["[data-share]", () => import("./share_button.js")],
  ["[data-viewer]", () => import("./viewer.js")],
  ["dialog[data-keys]", () => import("./keyboard_shortcuts.js")],
  ["form:not([data-selection]) button[data-confirm]", () => import("./confirm_button.js")],
  ["[data-sortable]", () => import("./sortable.js")],
  ["select[data-submits]", () => import("./submitting_select.js")],
  ["[data-job-progress]", () => import("./job_progress.js")],
  ["form[data-share-worker]", () => import("./shared_files.js")],
  ["form[data-upload]", () => import("./upload_queue.js")],
  [".shared [data-grid]", () => import("./shared_viewer.js")],
  ["[data-renew]", () => import("./shared_renewal.js")],
];

/**
 * Enhance the elements below `root`.  Call it again for content that is added to the page.
 * Each module exports `enhance(element, enhanceAll)`, which is called once for each element;
 * `enhanceAll` is this function, so that no module imports this one.
 */
export async function enhanceAll(root) {
  await Promise.all(
    FEATURES.map(async ([selector, load]) => {
      const elements = root.querySelectorAll(selector);
      if (elements.length === 0) return;
      const feature = await load();
      await Promise.all([...elements].map((element) => feature.enhance(element, enhanceAll)));
    }),
  );
}
