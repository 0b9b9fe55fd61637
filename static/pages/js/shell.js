// @ts-check
/** What every page does: keys, the scanner, theme, toasts, rows. Nothing here is needed to work. */

const html = document.documentElement;

/** @param {Element | null} element */
const isTyping = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

// --- keys, and a scanner, which types many of them very fast -------------------------------------

const BURST_MS = 60; // no person types two keys within it, every scanner does
let burst = "";
let latest = 0; // by the clock of the keys: a page that is busy hears them late
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(document.activeElement)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.timeStamp - latest >= BURST_MS) burst = "";
  latest = event.timeStamp;
  if (event.key === "Enter" && burst.length > 2) {
    event.preventDefault();
    scanned(burst);
    burst = "";
    clearTimeout(waiting);
    return;
  }
  if (event.key === "Enter") return openRow(event);
  if (event.key.length !== 1) return;
  if (event.key === "/" && !burst) {
    event.preventDefault(); // Firefox would open its own search
    return focus("find"); // at once: no code begins so, and what is typed next belongs there
  }
  burst += event.key;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    if (burst.length === 1) pressed(burst);
  }, BURST_MS);
});

/** @param {string} code */
function scanned(code) {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById("scan-code"));
  if (!input) return;
  input.focus();
  if (!input.dispatchEvent(new CustomEvent("scanned", { bubbles: true, cancelable: true, detail: code }))) return;
  input.value = code;
  input.form?.requestSubmit();
}

/** @param {string} key */
function pressed(key) {
  if (key === "s") return focus("scan-code");
  if (key === "?") return help();
  if (key === "j" || key === "k") return moveCursor(key === "j" ? 1 : -1);
  if (key === "x") return tickRow();
  const pop = /** @type {HTMLDetailsElement | null} */ (document.querySelector(`[data-pop="${CSS.escape(key)}"]`));
  if (pop) {
    pop.open = true;
    /** @type {HTMLElement | null} */ (pop.querySelector("input:not([type=hidden]), select"))?.focus();
    return;
  }
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`))?.click();
}

/** @param {string} id */
function focus(id) {
  const input = /** @type {HTMLInputElement | null} */ (document.getElementById(id));
  input?.focus();
  input?.select();
}

function help() {
  /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"))?.showModal();
}

// --- rows of a list ------------------------------------------------------------------------------

const rows = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-list] tbody tr")]);

/** @param {number} step */
function moveCursor(step) {
  const all = rows();
  const here = all.findIndex((row) => row.classList.contains("cursor"));
  const next = all[Math.max(0, Math.min(all.length - 1, here < 0 ? 0 : here + step))];
  if (!next) return;
  all[here]?.classList.remove("cursor");
  next.classList.add("cursor");
  next.scrollIntoView({ block: "nearest" });
  /** @type {HTMLElement | null} */ (next.querySelector("a"))?.focus({ preventScroll: true });
}

function tickRow() {
  /** @type {HTMLInputElement | null} */ (document.querySelector("[data-list] tr.cursor input[type=checkbox]"))?.click();
}

/** @param {KeyboardEvent} event */
function openRow(event) {
  if (document.activeElement?.matches("a, button, summary")) return;
  const row = document.querySelector("[data-list] tr.cursor[data-href]");
  if (row instanceof HTMLElement && row.dataset.href) {
    event.preventDefault();
    location.assign(row.dataset.href);
  }
}

// --- a scanner in a field for a number: its code is no quantity -----------------------------------
// Who knows what a code stands for listens to `scanned` on the field, and prevents what is done else.

const LEAST_OF_A_CODE = 5; // keys; whoever types a number so fast has typed a short one
const isCode = () => keys >= LEAST_OF_A_CODE || (keys > 2 && /[a-z]/i.test(code));
let keys = 0;
let last = 0;
let ended = 0;
let before = "";
let code = "";

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "number") return;
  const burst = event.timeStamp - last < BURST_MS;
  if (event.key === "Enter" && burst && isCode()) {
    event.preventDefault();
    event.stopPropagation();
    input.value = before;
    const heard = new CustomEvent("scanned", { bubbles: true, cancelable: true, detail: code });
    if (input.dispatchEvent(heard)) refuseCode(input);
    ended = event.timeStamp;
  } else if (event.key === "Enter" && !burst && event.timeStamp - ended < BURST_MS) {
    event.preventDefault(); // some scanners end a code with two
    event.stopPropagation();
  }
  if (event.key === "Enter") last = 0; // it ends what was typed: what follows at once is something new
  if (event.key.length !== 1) return;
  if (!burst) [keys, before, code] = [0, input.value, ""];
  [keys, last, code] = [keys + 1, event.timeStamp, code + event.key];
}, true);

/** @param {HTMLInputElement} input */
function refuseCode(input) {
  input.setCustomValidity("That was a scanned code, not a number. Nothing was booked: type the number.");
  input.reportValidity();
}

document.addEventListener("input", (event) => {
  ended = 0; // an Enter after this one is meant
  if (event.target instanceof HTMLInputElement) event.target.setCustomValidity("");
});

// --- what the top bar finds as somebody types: arrows walk through it, Escape leaves it ------------

document.addEventListener("keydown", (event) => {
  const here = document.activeElement;
  const finds = here?.closest(".top .find")?.querySelector(".finds");
  const find = document.getElementById("find");
  if (!finds || !find) return;
  if (event.key === "Escape" && here !== find) return find.focus();
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = /** @type {HTMLElement[]} */ ([...finds.querySelectorAll("a")]);
  const next = links.indexOf(/** @type {HTMLElement} */ (here)) + (event.key === "ArrowDown" ? 1 : -1);
  if (next >= links.length || next < -1) return;
  event.preventDefault();
  (links[next] ?? find).focus();
});

// What was typed before htmx had read the page is searched for as well: it begins after the load.
document.addEventListener("htmx:after:init", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field !== document.activeElement) return;
  if (field.type === "search" && field.value !== field.defaultValue) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// --- clicks --------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  for (const pop of document.querySelectorAll("details.pop[open]")) {
    if (!pop.contains(target) || target.closest(".menu a")) pop.removeAttribute("open");
  }
  const theme = /** @type {HTMLElement | null} */ (target.closest("[data-theme-choice]"));
  if (theme) return chooseTheme(theme.dataset.themeChoice ?? "");
  const copy = /** @type {HTMLElement | null} */ (target.closest("[data-copy]"));
  if (copy) return copyOf(copy);
  if (target.closest("[data-help]")) return help();
  if (target.closest("[data-close]")) return target.closest(".toast")?.remove();
  const rail = document.getElementById("rail");
  if (target.closest("[data-rail]")) {
    event.preventDefault();
    rail?.classList.toggle("open");
    /** @type {HTMLElement | null} */ (rail?.querySelector("a"))?.focus();
    return;
  }
  if (rail?.classList.contains("open") && !rail.contains(target)) rail.classList.remove("open");
  const row = /** @type {HTMLElement | null} */ (target.closest("tr[data-href]"));
  if (row?.dataset.href && !target.closest("a, button, input, form, summary") && !getSelection()?.toString()) {
    location.assign(row.dataset.href);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.getElementById("rail")?.classList.remove("open");
  for (const pop of document.querySelectorAll("details.pop[open]")) {
    pop.removeAttribute("open");
    pop.querySelector("summary")?.focus();
  }
  const opened = /** @type {HTMLElement | null} */ (document.activeElement?.closest("[data-escape]"));
  if (opened) /** @type {HTMLElement | null} */ (opened.querySelector("[data-cancel]"))?.click();
});

/** @param {string} theme light, dark, or nothing: as the device says */
function chooseTheme(theme) {
  if (theme) html.dataset.theme = theme;
  else delete html.dataset.theme;
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
  showTheme();
}

function showTheme() {
  for (const each of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-theme-choice]"))) {
    each.setAttribute("aria-pressed", String(each.dataset.themeChoice === (html.dataset.theme ?? "")));
  }
}

/** @param {HTMLElement} button */
async function copyOf(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.textContent = "Copied";
  } catch {
    button.textContent = "Mark it and copy it by hand"; // no clipboard without HTTPS, but on loopback
  }
}

// --- what came in --------------------------------------------------------------------------------

const FADES_AFTER_MS = 8000;

/** @param {ParentNode} part */
function settle(part) {
  for (const toast of part.querySelectorAll(".toast:not([data-timed])")) {
    /** @type {HTMLElement} */ (toast).dataset.timed = "";
    fade(toast);
  }
  for (const input of part.querySelectorAll("[data-select][autofocus]")) {
    /** @type {HTMLInputElement} */ (input).focus();
    /** @type {HTMLInputElement} */ (input).select();
  }
}

/**
 * Take a toast away after a while, but not from under the pointer or the focus of somebody.
 * @param {Element} toast
 */
function fade(toast) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const stay = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), FADES_AFTER_MS);
  };
  for (const come of ["pointerenter", "focusin"]) toast.addEventListener(come, stay);
  for (const leave of ["pointerleave", "focusout"]) toast.addEventListener(leave, go);
  go();
}

// --- how long ago, or until, while the page stays open -----------------------------------------------------

const UNITS = /** @type {const} */ ([[86400, "day"], [3600, "h"], [60, "min"], [1, "s"]]);

/** What `pages.formats.ago` wrote, as it is by now; days and what is no distance stay as they are. */
function tellTimes() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[datetime]")) {
    if (!/^(\d+ (s|min|h) ago|in \d+ (s|min|h))$/.test(time.textContent ?? "")) continue;
    const passed = Math.floor((Date.now() - Date.parse(time.getAttribute("datetime") ?? "")) / 1000);
    const seconds = Math.abs(passed);
    const [length, unit] = UNITS.find(([each]) => seconds >= each) ?? [1, "s"];
    const count = Math.floor(seconds / length);
    const distance = `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
    time.textContent = passed >= 0 ? `${distance} ago` : `in ${distance}`;
  }
}

setInterval(tellTimes, 10_000);
showTheme();
settle(document);
document.addEventListener("htmx:after:swap", () => settle(document));
// A page that the browser kept shows no old message again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll(".toast").forEach((toast) => toast.remove());
});
