// @ts-check
/** The forms on an item's page: open and close in place, say what will happen before it does. */

/** @type {HTMLElement | null} the link that opened what is open */
let opener = null;

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const row = target.closest("tr[data-open]");
  const opening = /** @type {HTMLElement | null} */ (target.closest("[data-opens]"));
  const choice = /** @type {HTMLElement | null} */ (target.closest("[data-place]"));
  const pack = /** @type {HTMLButtonElement | null} */ (target.closest("[data-pack]"));
  const cancel = target.closest("[data-cancel]");
  if (pack?.form) {
    const input = pack.form.querySelector("input[name=quantity], input[name=counted]");
    if (input instanceof HTMLInputElement) add(input, Number(pack.dataset.pack), pack.textContent ?? "");
  } else if (opening) {
    closeAll();
    opener = opening;
  } else if (choice) {
    event.preventDefault();
    choose(choice);
  } else if (cancel && opener) {
    event.preventDefault();
    closeAll();
    opener.focus();
    opener = null;
  } else if (row && !target.closest("a, button") && !getSelection()?.toString()) {
    /** @type {HTMLElement | null} */ (row.querySelector("[data-opens]"))?.click();
  }
});

document.addEventListener("input", (event) => {
  const form = /** @type {HTMLElement} */ (event.target).closest("form[data-way]");
  if (form) preview(/** @type {HTMLFormElement} */ (form));
});

// A scanner ends with Enter: the place is known then, and the form is not full yet.
document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key !== "Enter" || !(input instanceof HTMLInputElement)) return;
  const form = input.form;
  if (form?.dataset.all !== undefined && input.name === "to_place") {
    event.preventDefault(); // all of a place is moved by the button, never by a scan
    /** @type {HTMLElement | null} */ (form.querySelector("button.primary"))?.focus();
    return;
  }
  if (input.name !== "place") return;
  const next = form && firstEmpty(form);
  if (!next || next === input) return;
  event.preventDefault();
  next.focus();
});

document.addEventListener("scanned", (event) => {
  const input = event.target;
  if (!(event instanceof CustomEvent) || !(input instanceof HTMLInputElement) || !input.form) return;
  const { codes, item } = known(input.form);
  if (!codes) return;
  event.preventDefault();
  const said = String(event.detail);
  // A SKU is read in any case, and is the only code that is.
  const code = said.toUpperCase() === item.toUpperCase() ? item : said;
  if (Object.hasOwn(codes, code)) return add(input, codes[code][0], codes[code][1]);
  input.setCustomValidity(`The scanned code “${said}” is none of ${item}. Nothing was booked: scan this item, or type the number.`);
  input.reportValidity();
});

document.addEventListener("htmx:after:swap", opened);

/** Put the cursor where the next thing is typed, once for each form that came. */
function opened() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-escape]"))) {
    if (form.dataset.met !== undefined) continue;
    form.dataset.met = "";
    form.querySelector("[data-packs]")?.removeAttribute("hidden");
    preview(form);
    const refused = form.querySelector(".refusal") && form.querySelector("[name=quantity], [name=delta]");
    const wrong = form.querySelector("[aria-invalid=true]") ?? refused;
    const first = wrong ?? form.querySelector("[autofocus]") ?? firstEmpty(form) ?? form.querySelector("input:not([type=hidden]), a");
    if (!(first instanceof HTMLElement)) continue;
    first.focus();
    if (first instanceof HTMLInputElement) first.select();
  }
}

function closeAll() {
  for (const form of document.querySelectorAll("#act > form, .in-place form")) form.remove();
}

/** @param {HTMLFormElement} form */
function firstEmpty(form) {
  const typed = "input:not([type=hidden]), select";
  const fields = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([...form.querySelectorAll(typed)]);
  // What was counted is filled in with what should be there, and is to be typed over.
  return fields.find((field) => !field.value || field.name === "counted") ?? null;
}

/** @param {HTMLElement} choice */
function choose(choice) {
  const form = choice.closest("form");
  const place = /** @type {HTMLInputElement | null} */ (form?.elements.namedItem("place") ?? null);
  if (!form || !place) return;
  place.value = choice.dataset.place ?? "";
  const lot = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("lot"));
  if (lot && choice.dataset.lot) lot.value = choice.dataset.lot;
  preview(form);
  (firstEmpty(form) ?? place).focus();
}

/** @param {HTMLFormElement} form what the house has told the page with it */
function known(form) {
  return JSON.parse(form.querySelector("script[type='application/json']")?.textContent ?? "{}");
}

// --- packs: a box that is scanned, or pressed, adds as many as it holds ---------------------------

/** @type {WeakMap<HTMLInputElement, {value: string, packs: Map<string, number>, single: number}>} */
const tallies = new WeakMap();

/**
 * Add to a quantity what a code stands for.
 * @param {HTMLInputElement} input @param {number} factor @param {string} pack empty for a single one
 */
function add(input, factor, pack) {
  const earlier = tallies.get(input);
  const goesOn = earlier?.value === input.value;
  // What the house proposes is scanned over, as it is typed over.
  const proposed = !goesOn && input.form && known(input.form).fresh && input.value === input.defaultValue;
  const start = proposed ? 0 : Number(input.value) || 0;
  const tally = goesOn ? earlier : { value: "", packs: new Map(), single: start };
  if (pack) tally.packs.set(pack, (tally.packs.get(pack) ?? 0) + 1);
  else tally.single += 1;
  input.value = tally.value = String(start + factor);
  tallies.set(input, tally);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {HTMLFormElement} form what was scanned, as “ (2 × box of 12 + 3)”, unless it was typed over */
function scanned(form) {
  const input = form.querySelector("input[name=quantity], input[name=counted]");
  const tally = input instanceof HTMLInputElement && tallies.get(input);
  if (!tally || tally.value !== input.value || !tally.packs.size) return "";
  const parts = [...tally.packs].map(([pack, count]) => `${written(count)} × ${pack}`);
  if (tally.single) parts.push(written(tally.single));
  return ` (${parts.join(" + ")})`;
}

// --- what will happen ----------------------------------------------------------------------------

const MINUS = "\u2212";
/** @param {number} number */
const written = (number) => number.toLocaleString("en-GB").replace("-", MINUS);
/** @param {number} number */
const signed = (number) => (number > 0 ? "+" : "") + written(number);

/**
 * The change that the form books, 0 when it is not a number yet.
 * @param {string | undefined} way @param {Record<string, FormDataEntryValue>} values
 */
function change(way, values) {
  const typed = String(values.quantity ?? values.delta ?? values.counted ?? "").trim().replace(MINUS, "-");
  if (!/^[+-]?\d{1,10}$/.test(typed)) return 0;
  const number = Number(typed);
  if (way === "counted") return number - Number(values.seen_on_hand);
  return way && TAKES.has(way) ? -number : number;
}

const TAKES = new Set(["out", "move", "gone", "apart"]);

/** @param {HTMLFormElement} form */
function preview(form) {
  const shown = form.querySelector("[data-preview]");
  const said = form.querySelector("[data-say]");
  if (!said) return;
  const { way, verb } = form.dataset;
  const values = Object.fromEntries(new FormData(form));
  const by = change(way, values);
  const amount = way === "change" ? `by ${signed(by)}` : written(Math.abs(by));
  if (way === "counted") said.textContent = `${verb} ${values.counted}${scanned(form)}`;
  else said.textContent = by ? `${verb} ${amount}${scanned(form)}` : verb ?? "";
  if (!shown) return;

  const { places = {}, available } = known(form);
  const typed = String(values.place ?? "").trim().toUpperCase();
  const code = Object.keys(places).find((each) => each.toUpperCase() === typed);
  shown.replaceChildren();
  if (!typed || !by) return;
  const [onHand, sells, apart, free] = code ? places[code] : [0, false, 0, 0];
  if (way === "apart" || way === "back") return effect(shown, `set apart at ${code ?? typed}`, apart, -by);
  effect(shown, way === "counted" ? "on hand" : `on hand at ${code ?? typed}`, onHand, by);
  if (way === "move" || way === "gone") return;
  // What is not there is missing, and promises give way to it: no more than was free is lost to sell.
  const lost = way === "out" ? by : Math.max(by, -free);
  if (sells && onHand + by >= 0) effect(shown, "available", available, lost);
}

/** @param {Element} into @param {string} what @param {number} now @param {number} by */
function effect(into, what, now, by) {
  const line = document.createElement("span");
  const after = document.createElement("b");
  const missing = -(now + by);
  after.textContent = missing > 0 ? `${written(missing)} too few` : written(now + by);
  line.append(`${what} ${written(now)}${missing > 0 ? ":" : " →"} `, after);
  if (missing > 0) line.className = "short";
  into.append(line);
}

opened();
