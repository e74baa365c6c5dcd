// A click on a picture of a grid: the browser lets it grow into the picture of its page, which has
// the same name.  Back, too, where the browser kept this page.

export function enhance(grid) {
  grid.addEventListener("click", (event) => {
    const picture = event.target.closest("a")?.querySelector("img");
    if (!picture) return;
    for (const other of document.querySelectorAll(".grid img")) other.style.viewTransitionName = "";
    picture.style.viewTransitionName = "picture";
  });
}
