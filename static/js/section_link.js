// A link into a closed section opens it.  `data-opens` is its ID, or several from the outer to the
// inner one.

export function enhance(link) {
  link.addEventListener("click", () => {
    for (const id of link.dataset.opens.split(" ")) document.getElementById(id).open = true;
    link.closest("[popover]")?.hidePopover();
  });
}
