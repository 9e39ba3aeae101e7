// What every page has of its own: copying, menus that close, forms that tell what is wrong where it was typed,
// lists that follow what is typed. Without scripts all of it works as plain forms and links.
import { send } from "./send.js";
import { whileTyping } from "./typing.js";

document.documentElement.classList.add("scripted");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.getAttribute("aria-label");
  button.setAttribute("aria-label", "Copied");
  button.classList.add("done");
  setTimeout(() => { button.setAttribute("aria-label", before); button.classList.remove("done"); }, 1500);
});

for (const menu of document.querySelectorAll("[data-menu]")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// Where not all entries fit, the current one is in sight; nothing but the strip itself is moved.
for (const strip of document.querySelectorAll("[data-strip]")) {
  const here = strip.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-send]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// What is typed becomes one entry of the history, so that going back leads to the list as it was before.
let here = location.pathname + location.search, isOfHere = false;
function keep(address) {
  if (address !== here) history[isOfHere ? "replaceState" : "pushState"](null, "", address);
  isOfHere = true;
  here = address;
}
addEventListener("popstate", () => { if (location.pathname + location.search !== here) location.reload(); });

for (const form of document.querySelectorAll("form[data-live]")) {
  const ask = async () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, text]) => text));
    const address = location.pathname + (query.size ? `?${query}` : "");
    const answer = await fetch(address);
    return answer.ok && { address, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  };
  const follow = whileTyping(form, ask, ({ address, page }) => {
    for (const id of form.dataset.live.split(" ")) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    const command = document.querySelector("footer.command"), next = page.querySelector("footer.command");
    if (command && next) command.replaceChildren(...next.childNodes);
    keep(address);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); follow(); });
}
