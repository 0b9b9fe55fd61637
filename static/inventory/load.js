// @ts-check
/** Moving with a scanner, which is faster than any answer: its codes wait in line, and none is lost. */

const AGAIN_MS = 2000;
const KEPT = "load"; // in the storage of this tab, which outlives a reload

const field = /** @type {HTMLInputElement} */ (document.getElementById("scan-code"));
const said = /** @type {HTMLElement} */ (document.querySelector(".waiting"));
const moving = () => /** @type {HTMLFormElement} */ (document.getElementById("moving"));

/** @type {string[]} */
const waiting = [];
/** What is on its way: its form, and whether that brings the first code of the line.
 * @type {{form: HTMLFormElement, code: boolean, request?: object} | null} */
let sent = null;
let failed = false;

// From here on a code goes by the line, not with whatever button is pressed.
field.removeAttribute("name");

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  take(field.value);
  field.value = "";
});

// A scanner that types into a number, or nowhere, has the next thing in its hand.
document.addEventListener("scanned", (event) => {
  if (!(event instanceof CustomEvent) || !(event.target instanceof HTMLInputElement)) return;
  if (event.target.form !== moving()) return;
  event.preventDefault();
  field.focus();
  take(event.detail);
});

/** @param {string} code */
function take(code) {
  if (!code.trim()) return;
  waiting.push(code);
  keep();
  next();
}

function next() {
  tell();
  if (sent || !waiting.length) return;
  const form = moving();
  const code = document.createElement("input");
  [code.type, code.name, code.value] = ["hidden", "code", waiting[0]];
  form.append(code);
  sent = { form, code: true };
  form.requestSubmit();
}

// One at a time: what a button sends would not know what the scan before it has added.
document.addEventListener("submit", (event) => {
  if (event.target !== moving() || !(event instanceof SubmitEvent) || !event.submitter) return;
  if (sent) {
    event.preventDefault();
    event.stopPropagation();
  } else {
    sent = { form: moving(), code: false };
  }
}, true);

document.addEventListener("htmx:before:request", (event) => {
  if (sent && event.target === sent.form) sent.request = /** @type {CustomEvent} */ (event).detail.ctx;
});

document.addEventListener("htmx:after:swap", () => {
  if (!sent || moving() === sent.form) return;
  if (sent.code) {
    waiting.shift();
    sound(!moving().querySelector("[role=alert]"));
  }
  [sent, failed] = [null, false];
  keep();
  if (document.activeElement === document.body) field.focus();
  next();
});

// The form is as it was: it got no answer, or an outage told beside it. What is sent again counts once.
document.addEventListener("htmx:finally:request", (event) => {
  if (!sent || /** @type {CustomEvent} */ (event).detail.ctx !== sent.request) return;
  if (sent.code) sent.form.querySelector("[name=code]")?.remove();
  [sent, failed] = [null, true];
  tell();
  setTimeout(next, AGAIN_MS);
});

// --- what is in somebody's hands is not lost with a page -----------------------------------------

function keep() {
  const fields = [...new FormData(moving())].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "code");
  const something = waiting.length || fields.some(([name]) => name.startsWith("moved-"));
  try {
    if (something) sessionStorage.setItem(KEPT, JSON.stringify({ fields, waiting }));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Storage is switched off: then it is lost.
  }
}

function takeUp() {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    // as above
  }
  if (!kept) return;
  const form = moving();
  form.querySelectorAll("input:not([name=csrfmiddlewaretoken])").forEach((each) => each.remove());
  for (const [name, value] of kept.fields) {
    const input = document.createElement("input");
    [input.type, input.name, input.value] = ["hidden", name, value];
    form.append(input);
  }
  waiting.push(...kept.waiting);
  sent = { form, code: false };
  form.requestSubmit();
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-forget]")) sessionStorage.removeItem(KEPT);
});

function tell() {
  const many = waiting.length > 1;
  said.hidden = !failed || !waiting.length;
  said.textContent = said.hidden ? "" : `${waiting.length} scan${many ? "s are" : " is"} not sent yet. ${many ? "They are kept, and go by themselves, in their order." : "It is kept, and goes by itself."}`;
}

/** @type {AudioContext | undefined} */
let audio;

/** Who scans looks at the shelf: high is taken, low twice is a question. @param {boolean} taken */
function sound(taken) {
  audio ??= new AudioContext();
  for (const after of taken ? [0] : [0, 0.18]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = taken ? 1320 : 220;
    volume.gain.value = 0.08;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + after);
    tone.stop(audio.currentTime + after + 0.09);
  }
}

// htmx reads the page once it is loaded, as a module it may be later than this one.
if (document.readyState === "complete") takeUp();
else addEventListener("load", () => setTimeout(takeUp));
