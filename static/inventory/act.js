// @ts-check
/** The forms on an item's page: say what will happen before it does, open and close them in place. */

/** @type {HTMLElement | null} */
let opener = null;

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const opening = /** @type {HTMLElement | null} */ (target.closest("[hx-target='#act'], [data-key]"));
  if (opening) opener = opening;
  const cancel = target.closest("[data-cancel]");
  const act = document.getElementById("act");
  if (cancel && act?.contains(cancel) && opener) {
    event.preventDefault();
    act.replaceChildren();
    opener.focus();
  }
});

document.addEventListener("input", (event) => {
  const form = /** @type {HTMLElement} */ (event.target).closest("form[data-act]");
  if (form) preview(/** @type {HTMLFormElement} */ (form));
});

document.addEventListener("htmx:after:swap", opened);
opened();

function opened() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#act form"));
  if (!form) return;
  if (form.matches("[data-act]")) preview(form);
  if (form.contains(document.activeElement)) return;
  const fields = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input:not([type=hidden]), select")]);
  const first = form.querySelector("[aria-invalid=true]") ?? fields.find((field) => !field.value) ?? fields[0];
  const focus = /** @type {HTMLElement | null} */ (form.querySelector("[autofocus]") ?? first);
  focus?.focus();
}

/** @param {HTMLFormElement} form */
function preview(form) {
  const known = JSON.parse(form.querySelector("#act-on-hand")?.textContent ?? "{}");
  const values = Object.fromEntries(new FormData(form));
  const typed = String(values.quantity ?? values.delta ?? "").replace("−", "-");
  const amount = /^[+-]?\d{1,10}$/.test(typed) ? Number(typed) : 0;
  const signed = Boolean("delta" in values);
  const said = form.querySelector("[data-say]");
  const shown = form.querySelector("[data-preview]");
  if (!said || !shown) return;
  const words = signed ? `by ${amount > 0 ? "+" : "−"}${Math.abs(amount).toLocaleString("en-GB")}` : amount.toLocaleString("en-GB");
  said.textContent = amount ? `${form.dataset.verb} ${words}` : form.dataset.verb ?? "";
  const place = String(values.place ?? "").trim().toUpperCase();
  const code = Object.keys(known).find((each) => each.toUpperCase() === place);
  const before = code ? known[code] : 0;
  shown.textContent =
    place && amount
      ? `on hand at ${code ?? place} ${before.toLocaleString("en-GB")} → ${(before + Number(form.dataset.sign) * amount).toLocaleString("en-GB")}`
      : "";
}
