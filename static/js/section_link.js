// A link into a closed section opens it.  `data-opens` is the ID of the section.

export function enhance(link) {
  link.addEventListener("click", () => {
    document.getElementById(link.dataset.opens).open = true;
    link.closest("[popover]")?.hidePopover();
  });
}
