// Values of one secret: each shown or copied by one question, which is recorded. A shown one hides itself.
import { AWAY, post, wayIn } from "./send.js";

const SHOWN_MS = 30_000;
const HIDDEN = "••••••••";
const shown = new Map(); // a row → its timer
// As `lockwork.domain.terminals` escapes them, but for tabs: what is not seen, and what turns the order around.
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

async function value(row) {
  const form = row.closest("form"), answer = await post(form.action, form, row.querySelector("[data-reveal]"));
  if (answer.ok) return answer.text();
  const told = await answer.json();
  throw Object.assign(new Error([told.problem, told.hint].filter(Boolean).join(". ")), { hasEnded: told.has_ended });
}

function say(row, text, kind = "") {
  const place = row.querySelector("[data-said]");
  place.textContent = text;
  place.className = `value-said small ${kind}`;
}

// What one would not see in a value by looking at it.
function warn(row, text) {
  const codes = [...new Set(text.match(UNSEEN))].map((one) => `U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
  const more = codes.length > 5 ? " and more" : "";
  if (codes.length) say(row, `Holds characters that are not seen or turn its order around: ${codes.slice(0, 5).join(", ")}${more}`, "warn");
  else say(row, text ? "" : "The empty text");
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
  warn(row, text);
  shown.set(row, setTimeout(() => hide(row), SHOWN_MS));
}

async function copy(row) {
  if (!navigator.clipboard) throw new Error("This browser lets pages copy only over https: reveal it, and select it");
  await navigator.clipboard.writeText(shown.has(row) ? row.querySelector("[data-value]").textContent : await value(row));
  say(row, "Copied");
  setTimeout(() => {
    if (row.querySelector("[data-said]").textContent !== "Copied") return;
    if (shown.has(row)) warn(row, row.querySelector("[data-value]").textContent);
    else say(row, "");
  }, 2000);
}

async function act(row, what) {
  if (row.hasAttribute("aria-busy")) return;
  row.setAttribute("aria-busy", "true");
  try {
    await what(row);
  } catch (failure) {
    say(row, failure instanceof TypeError ? AWAY.problem : `${failure.message} `, "bad");
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
