// Comforts only: every page works without this file.
"use strict";

// "Kopieer" beside a text that is ready for an e-mail.
function readyCopyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.value);
        button.textContent = "Gekopieerd";
      } catch {
        text.select();
        button.textContent = "Geselecteerd: kopieer met Ctrl+C";
      }
    });
  }
}

// A form that is being sent is not sent twice; the server would notice, but why ask it.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button[type=submit]")) {
    if (event.target.method === "post") setTimeout(() => { button.disabled = true; });
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
});

document.addEventListener("DOMContentLoaded", () => readyCopyButtons(document));
document.addEventListener("htmx:afterSwap", (event) => readyCopyButtons(event.detail.target));

// A part that renews itself waits while somebody is in it: focus and what was opened stay where they are.
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (!part.classList.contains("live")) return;
  if (part.contains(document.activeElement) || part.querySelector("details[open]")) event.preventDefault();
});
