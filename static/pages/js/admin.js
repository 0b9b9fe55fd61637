// @ts-check
/**
 * Counts the rows of a changelist that were edited and not saved yet, beside the button that saves them. In a form that
 * came back, goes to the first field that was refused.
 */

const form = document.getElementById("changelist-form");
const save = /** @type {HTMLInputElement | null} */ (form?.querySelector("[name=_save]") ?? null);
const said = form?.querySelector(".unsaved");

/** @param {Element} control */
function isEdited(control) {
  if (control instanceof HTMLSelectElement) return [...control.options].some((option) => option.selected !== option.defaultSelected);
  if (!(control instanceof HTMLInputElement)) return false;
  return control.type === "checkbox" ? control.checked !== control.defaultChecked : control.value !== control.defaultValue;
}

function count() {
  if (!form || !save || !said) return;
  const rows = new Set();
  for (const control of form.querySelectorAll("tbody [name^=form-]:not([type=hidden])")) {
    const edited = isEdited(control);
    control.closest("td, th")?.classList.toggle("edited", edited);
    if (edited) rows.add(control.closest("tr"));
  }
  const some = rows.size === 1 ? "1 row" : `${rows.size} rows`;
  said.textContent = rows.size ? `${some} changed, not saved` : "";
  save.value = rows.size ? `Save ${rows.size} change${rows.size === 1 ? "" : "s"}` : "Save";
}

form?.addEventListener("input", count);
addEventListener("pageshow", count);

/** @type {HTMLElement | null} */ (document.querySelector("#content-main [aria-invalid=true]"))?.focus();
