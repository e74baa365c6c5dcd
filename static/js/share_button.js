// "Share" opens the menu of the phone, where there is one, in place of the menu of the page.

export function enhance(button) {
  if (!navigator.share || !matchMedia("(pointer: coarse)").matches) return;
  button.removeAttribute("popovertarget");
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ title: document.title, url: button.dataset.share });
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  });
}
