// A run that goes on: how it stands is asked again, and what its steps print is shown as it comes. Whoever
// scrolls up in a log reads on undisturbed; text is only ever put in as text.
const EVERY = 1500;
const MOST = 400_000; // characters of a log that stay on the page; the links tell of what came before

const pause = (time) => new Promise((done) => setTimeout(done, time));

async function page() {
  const answer = await fetch(location.pathname + location.search);
  if (answer.redirected) location.reload(); // the session has ended: the log-in leads back here
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function put(fresh) {
  const now = document.getElementById("standing"), next = fresh.getElementById("standing");
  if (!next || now.innerHTML === next.innerHTML) return;
  const same = (place, link) => [...place.querySelectorAll("a")].filter((one) => one.getAttribute("href") === link.getAttribute("href"));
  const had = now.contains(document.activeElement) ? document.activeElement : null;
  const nth = had ? same(now, had).indexOf(had) : 0;
  const left = now.querySelector(".graph")?.scrollLeft ?? 0;
  now.replaceWith(document.importNode(next, true));
  const here = document.getElementById("standing"), graph = here.querySelector(".graph");
  if (graph) graph.scrollLeft = left;
  if (had) same(here, had)[nth]?.focus();
}

// A log that is not on the page yet, as of a step that has begun since; one that is there is followed already.
function putLogs(fresh) {
  const now = document.getElementById("log"), next = fresh.getElementById("log");
  if (!next) return;
  if (!now || now.dataset.step !== next.dataset.step) {
    now ? now.replaceWith(document.importNode(next, true)) : document.getElementById("standing").after(document.importNode(next, true));
  } else {
    for (const log of next.querySelectorAll("[data-log]")) {
      const here = [...now.querySelectorAll("[data-log]")].find((one) => one.dataset.log === log.dataset.log);
      if (!here) {
        now.querySelector(":scope > p")?.remove();
        now.append(document.importNode(log, true));
      } else {
        const badge = here.querySelector(".standing");
        badge.replaceWith(document.importNode(log.querySelector(".standing"), true));
      }
    }
  }
  followAll();
}

const isAtEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 24;

function add(log, text) {
  const stays = isAtEnd(log);
  log.append(document.createTextNode(text));
  while (log.textContent.length > MOST && log.childNodes.length > 1) log.firstChild.remove();
  if (stays) log.scrollTop = log.scrollHeight;
}

async function follow(log) {
  const address = log.dataset.follow;
  delete log.dataset.follow;
  const button = log.closest("[data-log]").querySelector("[data-to-end]");
  button.addEventListener("click", () => { log.scrollTop = log.scrollHeight; log.focus(); });
  log.addEventListener("scroll", () => { button.hidden = isAtEnd(log); });
  log.scrollTop = log.scrollHeight;
  const nothing = log.closest("[data-log]").querySelector("[data-nothing-yet]");
  let next = log.dataset.next;
  while (log.isConnected) {
    if (!document.hidden) {
      const told = await fetch(`${address}&from=${next}`).then((answer) => answer.ok ? answer.json() : null).catch(() => null);
      if (told?.text) {
        nothing?.remove();
        add(log, told.text);
      }
      next = told?.next ?? next;
      if (told?.over) {
        if (nothing) nothing.textContent = "It printed nothing.";
        return;
      }
      if (told?.text) continue;
    }
    await pause(EVERY);
  }
}

function followAll() {
  for (const log of document.querySelectorAll("pre[data-follow]")) follow(log);
}

// What stands on the page was so when it was last seen; it is asked on, and goes on by itself.
function tellAway(since) {
  const place = document.querySelector("[data-away]");
  place.hidden = !since;
  if (since) place.querySelector("span").textContent = `Lockwork cannot be reached. This is how the run stood at ${since.toLocaleTimeString("en-GB")}; the page goes on by itself once it is back.`;
}

async function watch() {
  let seen = new Date();
  while (document.querySelector("#standing[data-going]")) {
    await pause(EVERY);
    if (document.hidden) continue;
    const fresh = await page().catch(() => null);
    tellAway(fresh ? null : seen);
    if (!fresh) continue;
    seen = new Date();
    put(fresh);
    putLogs(fresh);
  }
}

// On a narrow screen the step that is told of is in sight, such as the one that failed.
function showChosen() {
  const graph = document.querySelector(".graph"), chosen = graph?.querySelector(".chosen");
  if (!chosen) return;
  const box = chosen.getBoundingClientRect(), around = graph.getBoundingClientRect();
  graph.scrollLeft += box.left + box.width / 2 - around.left - around.width / 2;
}

for (const log of document.querySelectorAll(".log pre")) log.scrollTop = log.scrollHeight;
showChosen();
followAll();
watch();
