// Values of one secret: each shown or copied by one question, which is recorded. A shown one hides itself.
import { AWAY, post, wayIn } from "./send.js";

const SHOWN_MS = 30_000;
const HIDDEN = "••••••••";
const shown = new Map(); // a row → its timer

async function value(row) {
  const form = row.closest("form"), answer = await post(form.action, form, row.querySelector("[data-reveal]"));
  if (answer.ok) return answer.text();
  const told = await answer.json();
  throw Object.assign(new Error([told.problem, told.hint].filter(Boolean).join(". ")), { hasEnded: told.has_ended });
}

function say(row, text, isBad = false) {
  const place = row.querySelector("[data-said]");
  place.textContent = text;
  place.classList.toggle("bad", isBad);
}

function hide(row) {
  clearTimeout(shown.get(row));
  shown.delete(row);
  const place = row.querySelector("[data-value]");
  place.textContent = HIDDEN;
  place.classList.remove("shown");
  row.querySelector("[data-reveal]").textContent = "Reveal";
  say(row, "");
}

async function show(row) {
  const place = row.querySelector("[data-value]"), text = await value(row);
  place.textContent = text;
  place.classList.add("shown");
  row.querySelector("[data-reveal]").textContent = "Hide";
  say(row, text ? "" : "the empty text");
  shown.set(row, setTimeout(() => hide(row), SHOWN_MS));
}

async function copy(row) {
  if (!navigator.clipboard) throw new Error("this browser lets pages copy only over https: reveal it, and select it");
  await navigator.clipboard.writeText(shown.has(row) ? row.querySelector("[data-value]").textContent : await value(row));
  say(row, "Copied");
  setTimeout(() => { if (row.querySelector("[data-said]").textContent === "Copied") say(row, ""); }, 2000);
}

async function act(row, what) {
  if (row.hasAttribute("aria-busy")) return;
  row.setAttribute("aria-busy", "true");
  try {
    await what(row);
  } catch (failure) {
    say(row, failure instanceof TypeError ? AWAY.problem : `${failure.message} `, true);
    if (failure.hasEnded) row.querySelector("[data-said]").append(wayIn());
  } finally {
    row.removeAttribute("aria-busy");
  }
}

for (const form of document.querySelectorAll("[data-reveals]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const row = event.submitter.closest("[data-key]");
    if (shown.has(row)) hide(row);
    else act(row, show);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-value]");
    if (button) act(button.closest("[data-key]"), copy);
  });
}

// A page that one comes back to shows nothing.
addEventListener("pagehide", () => { for (const row of [...shown.keys()]) hide(row); });
