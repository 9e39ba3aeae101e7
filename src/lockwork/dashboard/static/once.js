// A credential that is told once: the answer to the form is put into the page as text, and nowhere else. Whoever
// leaves the page takes it away, also from the copy that browsers keep for going back.
import { send } from "./send.js";

for (const form of document.querySelectorAll("form[data-once]")) {
  const shown = document.querySelector("[data-once-shown]");
  const copy = shown.querySelector("[data-once-copy]");
  const fill = (told) => {
    for (const place of shown.querySelectorAll("[data-once]")) place.textContent = told[place.dataset.once] ?? "";
    for (const place of shown.querySelectorAll("[data-once-if]")) place.hidden = !told[place.dataset.onceIf];
    copy.dataset.copy = told.text ?? "";
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    send(form, event.submitter, (told) => {
      fill(told);
      form.removeAttribute("aria-busy");
      form.hidden = true;
      shown.hidden = false;
      shown.focus();
    });
  });
  addEventListener("pagehide", () => {
    fill({});
    form.reset();
    form.hidden = false;
    shown.hidden = true;
  });
}
