// @ts-check
/** The sheet of a count: Enter goes to the next row, a scan to its item, each row says the difference. */

const MINUS = "\u2212";
/** @param {number} number */
const signed = (number) => (number > 0 ? "+" : "") + number.toLocaleString("en-GB").replace("-", MINUS);

const sheet = () => /** @type {HTMLFormElement | null} */ (document.getElementById("sheet"));
const rows = () => /** @type {HTMLInputElement[]} */ ([...(sheet()?.querySelectorAll("[data-on-hand]") ?? [])]);
const book = () => /** @type {HTMLButtonElement | null} */ (sheet()?.querySelector("[data-say]") ?? null);

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key !== "Enter" || !(input instanceof HTMLInputElement) || input.dataset.onHand === undefined) return;
  event.preventDefault(); // the form is sent by its button alone
  const all = rows();
  const next = all.slice(all.indexOf(input) + 1).find((each) => !each.value) ?? all.find((each) => !each.value);
  const target = next ?? book();
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
});

// A scanner that types into a number has another item in its hand: the code goes where codes go.
document.addEventListener("scanned", (event) => {
  const input = event.target;
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById("scan-code"));
  if (!(event instanceof CustomEvent) || !(input instanceof HTMLInputElement) || !field) return;
  if (input.dataset.onHand === undefined) return;
  event.preventDefault();
  field.value = event.detail;
  field.form?.requestSubmit();
});

document.addEventListener("input", tell);
document.addEventListener("htmx:after:swap", opened);

function opened() {
  tell();
  const first = /** @type {HTMLElement | null} */ (sheet()?.querySelector("[data-focus]") ?? null);
  if (!first) return;
  first.removeAttribute("data-focus");
  first.focus();
  if (first instanceof HTMLInputElement) first.select();
  first.scrollIntoView({ block: "nearest" });
}

/** Say beside each row by how much the ledger is wrong, and on the button how many are booked. */
function tell() {
  let counted = 0;
  for (const input of rows()) {
    const shown = input.closest("tr")?.querySelector("[data-difference]");
    if (!shown) continue;
    const typed = /^\d{1,10}$/.test(input.value) ? Number(input.value) : null;
    counted += Number(typed !== null);
    const by = typed === null ? 0 : typed - Number(input.dataset.onHand);
    shown.textContent = typed === null ? "" : by ? signed(by) : "as it should be";
    shown.className = by ? "differs" : "";
  }
  const said = book();
  if (said) said.textContent = counted ? `Book ${counted} count${counted === 1 ? "" : "s"}` : "Book what was counted";
}

opened();
